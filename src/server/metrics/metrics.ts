import type { Server, ServerResponse } from 'node:http';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Clock } from '../../contracts/clock.ts';
import type { SystemEvent } from '../../contracts/events.ts';
import type { SecurityEvent } from '../../contracts/hooks.ts';
import { outcomeOf, type Monitor, type Watch, type Work } from '../../contracts/monitor.ts';
import { createFamilies, SOCKET_CLOSINGS, type Families } from './families.ts';
import type { Value } from './series.ts';

/** Codes of documents that are refused; what others there may be come under one name. */
const DOCUMENT_CODES: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
]);

/** Why the server closes sockets; all that clients say come under one name. */
const CLOSINGS: ReadonlySet<string> = new Set(SOCKET_CLOSINGS);

/** Counts what a server does in plain numbers. They become metrics when the registry is scraped. */
export class Metrics implements Monitor {
  /** All metrics of this process, those of Node.js among them. */
  readonly registry = new Registry();
  readonly #families: Families;
  readonly #clock: Clock;
  #signingKid: () => string | null = () => null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#families = createFamilies(this.registry, { signingKid: () => this.#signingKid() });
    collectDefaultMetrics({ register: this.registry });
  }

  watch(work: Work): Watch {
    switch (work.kind) {
      case 'operation':
        return this.#operation(work.field);
      case 'store':
        return this.#store(work.collection === null ? work.method : `${work.collection}.${work.method}`);
      case 'hash': {
        const durations = this.#families.hashDuration.of();
        return timed((seconds) => durations.observe(seconds));
      }
    }
  }

  #operation(field: string): Watch {
    const { operations, operationDuration } = this.#families;
    const succeeded = operations.of(field, 'ok');
    const durations = operationDuration.of(field);
    return timed((seconds, outcome) => {
      durations.observe(seconds);
      count(outcome === 'ok' ? succeeded : operations.of(field, outcome));
    });
  }

  #store(method: string): Watch {
    const { storeDuration } = this.#families;
    const succeeded = storeDuration.of(method, 'ok');
    return timed((seconds, outcome) => {
      (outcome === 'ok' ? succeeded : storeDuration.of(method, outcome)).observe(seconds);
    });
  }

  tell(event: SystemEvent): void {
    const families = this.#families;
    switch (event.kind) {
      case 'document_refused':
        return count(families.documentsRefused.of(DOCUMENT_CODES.has(event.code) ? event.code : 'other'));
      case 'rest_requested':
        return count(families.restRequests.of(event.address, event.program));
      case 'session_stepped':
        return count(families.sessions.of(event.step));
      case 'security':
        return this.#security(event.event);
      case 'socket_opened':
        return count(families.sockets.of());
      case 'socket_closed':
        count(families.sockets.of(), -1);
        return count(families.socketsClosed.of(CLOSINGS.has(event.reason) ? event.reason : 'other'));
      case 'hash_queued':
        return count(families.hashQueue.of());
      case 'hash_dequeued':
        count(families.hashQueue.of(), -1);
        return families.hashWait.of().observe(event.waited / 1000);
      case 'hash_refused':
        return count(families.hashRefused.of(event.refusal));
      case 'ring_read':
        families.ringRead.of().value = this.#clock() / 1000;
        return count(families.ringFailures.of(), event.isWhole ? 0 : 1);
      case 'mail_stepped':
        return count(families.mails.of(event.step));
      case 'outbox_counted':
        families.outbox.of().value = event.waiting;
        return;
      case 'keys_loaded':
        this.#signingKid = event.signingKid;
        return;
      // Counted elsewhere, or told by another event too.
      case 'tokens_refreshed':
      case 'mail_deferred':
      case 'ring_changed':
      case 'ring_failed':
      case 'key_set_failed':
    }
  }

  #security({ event, operation, rule, reason, sessions, client }: SecurityEvent): void {
    const { securityEvents, sessionsEnded, throttled } = this.#families;
    count(securityEvents.of(event));
    if (reason !== null) count(sessionsEnded.of(reason), sessions ?? 1);
    if (operation !== null && rule !== null) count(throttled.of(operation, rule, networkOf(client?.ipAddress ?? null)));
  }

  /** Counts the requests of an HTTP server, whatever they are for and however they end. */
  watchServer(server: Server): void {
    const { requestsInFlight, responses } = this.#families;
    const inFlight = requestsInFlight.of();
    const aborted = responses.of('aborted');
    const byClass = [1, 2, 3, 4, 5].map((digit) => responses.of(`${digit}xx`));
    function ended(this: ServerResponse) {
      count(inFlight, -1);
      const answered = byClass[Math.floor(this.statusCode / 100) - 1] ?? aborted;
      count(this.writableFinished ? answered : aborted);
    }
    server.on('request', (_request, response) => {
      count(inFlight);
      response.on('close', ended);
    });
  }
}

function count(value: Value, by = 1): void {
  value.value += by;
}

/** Times work, and tells of its end. */
function timed(ended: (seconds: number, outcome: string) => void): Watch {
  const tell = (since: number, outcome: string) => ended((performance.now() - since) / 1000, outcome);
  return async (work) => {
    const since = performance.now();
    try {
      const result = await work();
      tell(since, 'ok');
      return result;
    } catch (error) {
      tell(since, outcomeOf(error));
      throw error;
    }
  };
}

/** Which kind of address it is, and no more: an address itself would be a series for each client. */
function networkOf(address: string | null): string {
  if (address === null) return 'unknown';
  return address.includes(':') && !address.includes('.') ? 'ipv6' : 'ipv4';
}
