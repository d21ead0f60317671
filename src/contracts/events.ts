import type { SecurityEvent, SecurityEventName } from './hooks.ts';

/** What becomes of a session that goes on. What ends sessions is told as a security event. */
export type SessionStep = 'opened' | 'adopted' | 'refreshed' | 'replayed';

/** Why no password was checked: too many were waiting, or it had waited for too long. */
export type HashRefusal = 'full' | 'late';

/** What becomes of a mail. `dropped`: nothing is due to its recipient. */
export type MailStep = 'queued' | 'sent' | 'deferred' | 'dropped' | 'failed';

/** Something that happened in the token system. (Work that takes time is in `monitor.ts`.) */
export type SystemEvent =
  | { readonly kind: 'security'; readonly event: SecurityEvent }
  | { readonly kind: 'session_stepped'; readonly step: SessionStep }
  /** A refresh was answered with tokens. */
  | { readonly kind: 'tokens_refreshed' }
  /** A document was refused before anything of it ran; `code` is `extensions.code` of its first error. */
  | { readonly kind: 'document_refused'; readonly code: string }
  /** One of simplejwt's addresses was asked for; `program` is a family of user agents. */
  | { readonly kind: 'rest_requested'; readonly address: string; readonly program: string }
  /** A WebSocket was opened, */
  | { readonly kind: 'socket_opened' }
  /** and closed; `reason` is that of the side that closed it first, mostly `extensions.reason` of an error. */
  | { readonly kind: 'socket_closed'; readonly reason: string }
  /** A password waits for its turn; */
  | { readonly kind: 'hash_queued' }
  /** its turn has come, after so many milliseconds; */
  | { readonly kind: 'hash_dequeued'; readonly waited: number }
  /** and here it will not be checked. */
  | { readonly kind: 'hash_refused'; readonly refusal: HashRefusal }
  /** Once, at the start; `signingKid` answers null where there is no ring. */
  | { readonly kind: 'keys_loaded'; readonly signingKid: () => string | null }
  /** The key ring was looked at; not `isWhole` where something in it could not be read. */
  | { readonly kind: 'ring_read'; readonly isWhole: boolean }
  /** The key ring holds other keys than before: these. */
  | { readonly kind: 'ring_changed'; readonly kids: readonly string[] }
  /** The key ring cannot be read as it is, and stays as it was. */
  | { readonly kind: 'ring_failed'; readonly error: unknown }
  /** A mail was stored to be sent, was sent, will be tried again, is worth nothing any more, or was given up. */
  | { readonly kind: 'mail_stepped'; readonly step: MailStep }
  /** So many mails wait to be sent. */
  | { readonly kind: 'outbox_counted'; readonly waiting: number }
  /** A mail could not be sent, and is tried again. */
  | { readonly kind: 'mail_deferred'; readonly error: unknown }
  /** The keys at `JWT_JWK_URL` cannot be fetched. Those that are known stay good for an hour. */
  | { readonly kind: 'key_set_failed'; readonly error: unknown };

/** What is known of a security event; the rest is null. */
type SecurityEventDetails = Partial<Omit<SecurityEvent, 'event'>>;

/** Who acts, if not the user, and from where. */
export type Actor = Partial<Pick<SecurityEvent, 'actorId' | 'client'>>;

/** Where events are emitted. Neither function throws: an error of a listener is reported and changes nothing else. */
export interface Events {
  readonly tell: (event: SystemEvent) => void;
  /** Emits a security event. */
  readonly audit: (name: SecurityEventName, details: SecurityEventDetails) => void;
}

/** The same, for those who listen for a while. */
export interface EventSource extends Events {
  /** Tells a listener from now on, after the others. Returns what stops that. */
  listen(listener: EventListener): () => void;
}

/** Is told of events. What it throws is reported, and neither the other listeners nor the caller notice. */
export interface EventListener {
  /** Which events; left out, all. */
  readonly hears?: readonly SystemEvent['kind'][];
  tell(event: SystemEvent): void;
}

/**
 * A listener to some kinds of events.
 *
 * @example
 * ```ts
 * on(['ring_failed'], ({ error }) => log.error({ err: error }));
 * ```
 */
export function on<Kind extends SystemEvent['kind']>(
  hears: readonly Kind[],
  tell: (event: Extract<SystemEvent, { readonly kind: Kind }>) => void,
): EventListener {
  return { hears, tell: (event) => tell(event as Extract<SystemEvent, { readonly kind: Kind }>) };
}

const NOTHING = {
  userId: null,
  sessionId: null,
  reason: null,
  sessions: null,
  operation: null,
  actorId: null,
  rule: null,
  client: null,
  otherClient: null,
};

/** Makes the one place that events go through. Listeners are told in their order. */
export function createEvents(first: readonly EventListener[], report: (error: unknown) => void): EventSource {
  let listeners = first;
  const heardBy = new Map<SystemEvent['kind'], readonly EventListener[]>();
  const listenersTo = (kind: SystemEvent['kind']) => {
    const those = listeners.filter(({ hears }) => hears === undefined || hears.includes(kind));
    heardBy.set(kind, those);
    return those;
  };
  const tell = (event: SystemEvent) => {
    for (const listener of heardBy.get(event.kind) ?? listenersTo(event.kind)) {
      try {
        listener.tell(event);
      } catch (error) {
        report(error);
      }
    }
  };
  const change = (next: readonly EventListener[]) => {
    listeners = next;
    heardBy.clear();
  };
  return {
    tell,
    listen: (listener) => {
      change([...listeners, listener]);
      return () => change(listeners.filter((other) => other !== listener));
    },
    audit: (event, details) => tell({ kind: 'security', event: { ...NOTHING, event, ...details } }),
  };
}
