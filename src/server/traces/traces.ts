import type { IncomingHttpHeaders } from 'node:http';
import {
  context,
  createContextKey,
  propagation,
  ProxyTracerProvider,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
} from '@opentelemetry/api';
import type { SystemEvent } from '../../contracts/events.ts';
import { outcomeOf, type Monitor, type Watch, type Work } from '../../contracts/monitor.ts';

/** The operation of a request, as far as it has been executed. */
interface Operation {
  type: string | null;
  readonly fields: Set<string>;
  error: string | null;
}

const OPERATION = createContextKey('graphql-simplejwt operation');
const currentOperation = () => context.active().getValue(OPERATION) as Operation | undefined;
/** Errors that are no fault of the client. */
const FAILURES: ReadonlySet<string> = new Set(['internal_error', 'store_unavailable']);

/** Whether an SDK was loaded before us: without one, the API makes spans that go nowhere and cost time. */
export function hasSdk(): boolean {
  const provider = trace.getTracerProvider();
  const none = new ProxyTracerProvider().getDelegate();
  return !(provider instanceof ProxyTracerProvider && provider.getDelegate() === none);
}

/**
 * Makes a span of each request for operations, with those of password hashes and of the store in it. Names and attributes are the
 * program's own: nothing of a request is in a span, so no token, password, name or address is.
 */
export class Traces implements Monitor {
  readonly #tracer = trace.getTracer('graphql-simplejwt');
  readonly #database: string;

  /** @param database as OpenTelemetry names it */
  constructor(database: string) {
    this.#database = database;
  }

  /** Makes the span of a request. It continues the caller's trace where a propagator finds one in the headers. */
  request<Result>(headers: IncomingHttpHeaders, work: () => Promise<Result>): Promise<Result> {
    // Where the SDK watches HTTP itself, it has read the headers.
    const isInside = trace.getActiveSpan() !== undefined;
    const parent = isInside ? context.active() : propagation.extract(context.active(), headers);
    const operation: Operation = { type: null, fields: new Set(), error: null };
    const kind = isInside ? SpanKind.INTERNAL : SpanKind.SERVER;
    return this.#tracer.startActiveSpan('graphql', { kind }, parent.setValue(OPERATION, operation), async (span) => {
      try {
        return await work();
      } catch (error) {
        operation.error ??= outcomeOf(error);
        throw error;
      } finally {
        describe(span, operation);
        span.end();
      }
    });
  }

  watch(work: Work): Watch {
    switch (work.kind) {
      case 'operation':
        return noted(work.type, work.field);
      case 'store': {
        const { collection, method } = work;
        const target: Attributes = collection === null ? {} : { 'db.collection.name': collection };
        const attributes = { 'db.system.name': this.#database, 'db.operation.name': method, ...target };
        return this.#spanned(`${method} ${collection ?? this.#database}`, SpanKind.CLIENT, attributes);
      }
      case 'hash':
        return this.#spanned('password hash', SpanKind.INTERNAL, {});
    }
  }

  tell(event: SystemEvent): void {
    const operation = currentOperation();
    if (operation && event.kind === 'document_refused') operation.error ??= event.code;
  }

  #spanned(name: string, kind: SpanKind, attributes: Attributes): Watch {
    return (work) =>
      this.#tracer.startActiveSpan(name, { kind, attributes }, async (span) => {
        try {
          return await work();
        } catch (error) {
          // Neither message nor stack: a driver may quote the query in them.
          span.setAttribute('error.type', outcomeOf(error)).setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      });
  }
}

/** Notes in the operation that a field of it runs. */
function noted(type: string, field: string): Watch {
  return async (work) => {
    const operation = currentOperation();
    if (operation === undefined) return work();
    operation.type = type;
    operation.fields.add(field);
    try {
      return await work();
    } catch (error) {
      operation.error ??= outcomeOf(error);
      throw error;
    }
  };
}

function describe(span: Span, { type, fields, error }: Operation): void {
  if (type !== null) {
    const names = Array.from(fields);
    span.updateName(`${type} ${names.join(' ')}`);
    span.setAttributes({ 'graphql.operation.type': type, 'graphql.root.fields': names });
  }
  if (error === null) return;
  span.setAttribute('error.type', error);
  if (FAILURES.has(error)) span.setStatus({ code: SpanStatusCode.ERROR });
}
