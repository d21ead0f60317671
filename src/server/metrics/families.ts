import type { Registry } from 'prom-client';
import type { HashRefusal, MailStep, SessionStep } from '../../contracts/events.ts';
import { SECURITY_EVENTS } from '../../contracts/hooks.ts';
import { REVOCATION_REASONS } from '../../contracts/store/revocation-reasons.ts';
import { BUDGETS } from '../../core/throttle/budgets.ts';
import { Family, type FamilyOptions } from './family.ts';
import { Durations, Value } from './series.ts';

/** Bounds in seconds: of what takes a database, */
const SHORT = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];
/** of what a client waits for, */
const USUAL = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** and of what a password takes. */
const LONG = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Label values that are known beforehand: their series begin at 0, so that the first event shows as an increase. */
const STEPS = keysOf<SessionStep>({ opened: 0, adopted: 0, refreshed: 0, replayed: 0 });
const REFUSALS = keysOf<HashRefusal>({ full: 0, late: 0 });
const MAIL_STEPS = keysOf<MailStep>({ queued: 0, sent: 0, deferred: 0, dropped: 0, failed: 0 });
const NETWORKS = ['ipv4', 'ipv6', 'unknown'] as const;
export const SOCKET_CLOSINGS = [
  ...(['token_expired', 'token_not_valid', 'token_blacklisted', 'session_revoked', 'user_inactive'] as const),
  ...(['user_not_found', 'password_changed', 'not_authenticated', 'throttled', 'store_unavailable'] as const),
  ...(['service_restart', 'internal_error', 'other'] as const),
] as const;
const STATUSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'aborted'] as const;

function keysOf<Key extends string>(table: Readonly<Record<Key, 0>>): readonly Key[] {
  return Object.keys(table) as Key[];
}

export type Families = ReturnType<typeof createFamilies>;

/** All metrics of our own; docs/metrics.md explains them. `signingKid` is asked at each scrape. */
export function createFamilies(registry: Registry, { signingKid }: { readonly signingKid: () => string | null }) {
  type Rest<Kind extends Value | Durations> = Partial<FamilyOptions<Kind>>;
  const value =
    (type: 'counter' | 'gauge') =>
    (name: string, help: string, rest: Rest<Value> = {}) =>
      new Family<Value>({ name: `simplejwt_${name}`, type, help, make: () => new Value(), ...rest }).registerIn(
        registry,
      );
  const counter = value('counter');
  const gauge = value('gauge');
  const histogram = (name: string, help: string, bounds: readonly number[], labelNames: readonly string[] = []) =>
    new Family<Durations>({
      name: `simplejwt_${name}`,
      type: 'histogram',
      help,
      labelNames,
      make: () => new Durations(bounds),
    }).registerIn(registry);

  const families = {
    operations: counter('operations_total', 'Root fields that were answered.', {
      labelNames: ['operation', 'outcome'],
    }),
    operationDuration: histogram('operation_duration_seconds', 'Time to answer a root field.', USUAL, ['operation']),
    documentsRefused: counter('documents_refused_total', 'Documents refused before anything of them ran.', {
      labelNames: ['code'],
    }),
    restRequests: counter('rest_requests_total', "Requests to simplejwt's addresses, by family of user agent.", {
      labelNames: ['address', 'program'],
    }),
    hashQueue: gauge('hash_queue_length', 'Passwords waiting in the queue.', { aggregator: 'max' }),
    hashWait: histogram('hash_wait_seconds', 'Time a password waited in the queue.', LONG),
    hashDuration: histogram('hash_duration_seconds', 'Time to check or hash a password, without the wait.', LONG),
    hashRefused: counter('hash_refused_total', 'Passwords that were not checked because too many waited.', {
      labelNames: ['reason'],
    }),
    storeDuration: histogram('store_duration_seconds', 'Time a method of the store took.', SHORT, [
      'method',
      'outcome',
    ]),
    throttled: counter('throttled_total', 'Throttled attempts.', {
      labelNames: ['operation', 'rule', 'network'],
    }),
    sessions: counter('sessions_total', 'Sessions opened or continued.', { labelNames: ['step'] }),
    sessionsEnded: counter('sessions_ended_total', 'Sessions ended before they expired.', {
      labelNames: ['reason'],
    }),
    securityEvents: counter('security_events_total', 'Security events.', { labelNames: ['event'] }),
    mails: counter('mails_total', 'Mails by what became of them.', { labelNames: ['step'] }),
    outbox: gauge('outbox_length', 'Mails that wait to be sent.', { aggregator: 'max' }),
    signingKey: gauge('key_ring_signing_key', '1 for the key of the ring that signs.', {
      labelNames: ['kid'],
      aggregator: 'max',
      collect: (family) => {
        family.clear();
        const kid = signingKid();
        if (kid !== null) family.of(kid).value = 1;
      },
    }),
    ringRead: gauge('key_ring_read_timestamp_seconds', 'When the key ring was last read.', { aggregator: 'min' }),
    ringFailures: counter('key_ring_failures_total', 'Reads of the key ring that failed.'),
    requestsInFlight: gauge('http_requests_in_flight', 'HTTP requests that are being answered.'),
    sockets: gauge('sockets_open', 'WebSockets that are open.'),
    socketsClosed: counter('sockets_closed_total', 'WebSockets that were closed.', { labelNames: ['reason'] }),
    responses: counter('http_responses_total', 'HTTP requests that ended.', { labelNames: ['status'] }),
  };
  // No series for the ring, as there may be none.
  for (const family of [families.hashQueue, families.hashWait, families.requestsInFlight, families.sockets])
    family.of();
  for (const step of MAIL_STEPS) families.mails.of(step);
  for (const step of STEPS) families.sessions.of(step);
  for (const refusal of REFUSALS) families.hashRefused.of(refusal);
  for (const reason of REVOCATION_REASONS) families.sessionsEnded.of(reason);
  for (const reason of SOCKET_CLOSINGS) families.socketsClosed.of(reason);
  for (const event of SECURITY_EVENTS) families.securityEvents.of(event);
  for (const status of STATUSES) families.responses.of(status);
  for (const [operation, budgets] of Object.entries(BUDGETS))
    for (const { per } of budgets) for (const network of NETWORKS) families.throttled.of(operation, per, network);
  return families;
}
