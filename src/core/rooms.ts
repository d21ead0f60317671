import type { Clock } from '../contracts/clock.ts';
import type { Events } from '../contracts/events.ts';
import type { Hooks } from '../contracts/hooks.ts';
import type { Settings } from '../contracts/settings/settings-table.ts';
import type { Store } from '../contracts/store/store.ts';
import type { Devices } from './devices/devices.ts';
import type { Dpop, DpopParts } from './dpop/dpop.ts';
import type { Challenges } from './factors/challenges.ts';
import type { CodeSignIn } from './factors/code-sign-in.ts';
import type { Enrolment } from './factors/enrolment.ts';
import type { SealedTexts } from './factors/sealed.ts';
import type { SecondFactors } from './factors/second-factors.ts';
import type { KeyRotation } from './keys/key-rotation.ts';
import type { Leaving } from './leaving/leaving.ts';
import type { Mailer, SendMail } from './mail/mailer.ts';
import type { AuditLog } from './notices/audit-log.ts';
import type { Notices } from './notices/notices.ts';
import type { OpenedRecovery } from './recovery/open-recovery.ts';
import type { Recovery } from './recovery/recovery.ts';
import type { RequestDeadline } from './request-deadline.ts';
import type { Roles } from './roles/roles.ts';
import type { SessionService } from './sessions/session-service.ts';
import type { StepUp } from './step-up/step-up.ts';
import type { Throttle } from './throttle/throttle.ts';
import type { TokenMinter } from './tokens/token-minter.ts';
import type { PasswordCheck } from './users/password-check.ts';
import type { PasswordHasher } from './users/password-hasher.ts';
import type { Proof } from './users/proof.ts';
import type { UserService } from './users/user-service.ts';

/** What settings add to the token system. Where a setting is off, its room is not loaded, and there is nothing here. */
export interface Rooms {
  readonly roles?: Roles;
  readonly devices?: Devices;
  /** Proofs of the keys that tokens are bound to. */
  readonly dpop?: Dpop;
  /** Answers requests that MongoDB keeps waiting. */
  readonly deadline?: RequestDeadline;
  /** Checks passwords and codes of signed-in users, for the rooms below. */
  readonly proof?: Proof;
  readonly factors?: SecondFactors;
  readonly enrolment?: Enrolment;
  readonly codeSignIn?: CodeSignIn;
  readonly stepUp?: StepUp;
  readonly leaving?: Leaving;
  /** Addresses, and new passwords by a link. */
  readonly recovery?: Recovery;
  /** Sends mails. */
  readonly mailer?: Mailer;
  /** What users are told of their accounts. */
  readonly notices?: Notices;
  /** The same, of all accounts, for admins. */
  readonly audit?: AuditLog;
  /** Rotates the key ring for admins. */
  readonly keyRotation?: KeyRotation;
}

/** What all of them are made with. */
interface Base {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly events: Events;
  readonly hooks: Hooks;
}

/** Second factors, which sign-ins ask before there is anything else. */
export interface FactorRoom {
  readonly sealed: SealedTexts;
  readonly challenges: Challenges;
  readonly factors: SecondFactors;
}

/** Null where second factors are off. */
export async function openFactors(base: Base): Promise<FactorRoom | null> {
  if (!base.settings.secondFactor) return null;
  const [{ SealedTexts }, { Challenges }, { SecondFactors }] = await Promise.all([
    import('./factors/sealed.ts'),
    import('./factors/challenges.ts'),
    import('./factors/second-factors.ts'),
  ]);
  const sealed = new SealedTexts(base.settings.secondFactorKeys ?? []);
  const challenges = new Challenges({ ...base, sealed });
  return { sealed, challenges, factors: new SecondFactors({ ...base, sealed, challenges }) };
}

/** Undefined where tokens are bound to no keys. */
export async function openDpop(parts: DpopParts): Promise<Dpop | undefined> {
  return parts.settings.dpop === 'off' ? undefined : new (await import('./dpop/dpop.ts')).Dpop(parts);
}

/** Undefined where the store is in this process: nothing of it can be slow by itself. */
export async function openDeadline({ store, settings }: Base): Promise<RequestDeadline | undefined> {
  if (settings.mongodbUri === undefined) return undefined;
  return new (await import('./request-deadline.ts')).RequestDeadline(store);
}

/** What the rooms need of the token system. */
interface RoomParts extends Base {
  readonly factorRoom: FactorRoom | null;
  readonly users: UserService;
  readonly sessions: SessionService;
  readonly hasher: PasswordHasher;
  readonly passwords: PasswordCheck;
  readonly minter: TokenMinter;
  readonly throttle: Throttle;
  /** In place of the hook and of `SMTP_URL`. */
  readonly sendMail?: SendMail | undefined;
  readonly report: (error: unknown) => void;
}

/** Rooms, and what ends their work. */
export interface OpenedRooms {
  readonly rooms: Rooms;
  readonly close: () => Promise<void>;
}

/**
 * Opens those whose settings are on.
 *
 * @throws SettingsError if a template of mails is not as it should be
 */
export async function openRooms(parts: RoomParts): Promise<OpenedRooms> {
  const mail = parts.settings.email ? await (await import('./recovery/open-recovery.ts')).openRecovery(parts) : null;
  const mailed = await mailRooms(parts, mail);
  const rooms: Rooms = { ...(await accountRooms(parts, mailed.notices)), ...mailed };
  const close = async () => {
    await rooms.notices?.settled();
    await mail?.close();
  };
  return { rooms, close };
}

/** What mails are sent for, and what users read of their accounts. */
async function mailRooms(
  parts: RoomParts,
  mail: OpenedRecovery | null,
): Promise<Pick<Rooms, 'recovery' | 'mailer' | 'notices' | 'audit'>> {
  const notices = parts.settings.notices
    ? new (await import('./notices/notices.ts')).Notices({ ...parts, mailer: mail?.mailer ?? null })
    : undefined;
  return {
    ...(mail && { recovery: mail.recovery, mailer: mail.mailer }),
    ...(notices && {
      notices,
      audit: new (await import('./notices/audit-log.ts')).AuditLog({ ...parts, notices }),
    }),
  };
}

async function accountRooms(parts: RoomParts, notices: Notices | undefined): Promise<Rooms> {
  const { settings, factorRoom, throttle } = parts;
  const needsProof = settings.secondFactor || settings.stepUp || settings.accountSelfService;
  const codes =
    factorRoom && new (await import('./factors/counted-codes.ts')).CountedCodes(factorRoom.factors, throttle);
  const proof = needsProof ? new (await import('./users/proof.ts')).Proof({ ...parts, codes }) : undefined;
  return {
    ...(settings.roles && { roles: new (await import('./roles/roles.ts')).Roles(parts) }),
    ...(settings.keyAdministration && {
      keyRotation: new (await import('./keys/key-rotation.ts')).KeyRotation(parts),
    }),
    ...(settings.deviceNames && { devices: new (await import('./devices/devices.ts')).Devices(parts) }),
    ...(proof && { proof }),
    ...(factorRoom && {
      factors: factorRoom.factors,
      enrolment: new (await import('./factors/enrolment.ts')).Enrolment({ ...parts, ...factorRoom }),
      codeSignIn: new (await import('./factors/code-sign-in.ts')).CodeSignIn({ ...parts, ...factorRoom }),
    }),
    ...(proof && settings.stepUp && { stepUp: new (await import('./step-up/step-up.ts')).StepUp({ ...parts, proof }) }),
    ...(proof &&
      settings.accountSelfService && {
        leaving: new (await import('./leaving/leaving.ts')).Leaving({ ...parts, proof, notices }),
      }),
  };
}

/** A room whose operations are in the schema only where its setting is on. */
export function roomOf<Name extends keyof Rooms>(rooms: Rooms, name: Name): NonNullable<Rooms[Name]> {
  const room = rooms[name];
  if (room === undefined) throw new Error(`an operation was asked for whose setting is off: there is no ${name}`);
  return room;
}
