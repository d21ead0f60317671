import { InvalidInput } from '../../contracts/errors.ts';
import type { SessionRecord, Store } from '../../contracts/store/store.ts';
import { trimmed } from '../../contracts/request-text.ts';
import { visible } from '../../contracts/visible.ts';
import type { SessionService } from '../sessions/session-service.ts';
import { checkText } from '../users/password-policy.ts';
import { readableName } from './readable-name.ts';

const MAX_NAME_LENGTH = 64;

/** What names of devices need. */
export interface DeviceParts {
  readonly store: Store;
  readonly sessions: SessionService;
}

/** Names of devices, by which users know which session is which. */
export class Devices {
  readonly #parts: DeviceParts;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
  }

  /** What the user called the device, otherwise a name made of its user agent; null where that tells nothing. */
  nameOf({ deviceName, userAgent }: Pick<SessionRecord, 'deviceName' | 'userAgent'>): string | null {
    return deviceName ?? readableName(userAgent);
  }

  /**
   * Gives one of a user's sessions a name. Resolves to the session as it is now.
   *
   * @throws InvalidInput, StoreUnavailable
   */
  async rename(userId: string, id: string, name: string): Promise<SessionRecord> {
    const deviceName = checkedName(name);
    const { store, sessions } = this.#parts;
    const session = await sessions.find(id);
    const isOwn = session?.userId === userId && (await store.sessions.rename(id, deviceName));
    if (isOwn) return { ...session, deviceName };
    const message = 'You have no live session with this id. The field `sessions` lists those you have.';
    throw new InvalidInput('id', message, 'session_not_found');
  }

  /** A name that was given at sign-in; null where none was. @throws InvalidInput */
  givenName(name: string | null | undefined): string | null {
    return name == null ? null : checkedName(name);
  }

  /** The name of the session before, for the one that follows it. */
  async nameBefore(sessionId: string | null): Promise<string | null> {
    return (sessionId === null ? null : await this.#parts.sessions.find(sessionId))?.deviceName ?? null;
  }
}

/**
 * A name that somebody gives a device, without white space around it.
 *
 * @throws InvalidInput
 */
function checkedName(text: string): string {
  const name = trimmed(text);
  checkText('deviceName', name, MAX_NAME_LENGTH);
  if (visible(name) === name) return name;
  throw new InvalidInput('deviceName', 'Control characters and marks of direction are not allowed.');
}
