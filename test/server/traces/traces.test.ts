import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { createTraces } from '../../../src/server/monitoring.ts';
import { HelloDocument, TokenObtainPairDocument, TokenRefreshDocument } from '../../generated/operations.ts';
import { Client } from '../../support/client.ts';
import { endProcesses, startProcess, TEST_ENV } from '../../support/process.ts';
import { scrape } from '../../support/scrape.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { snippetsOf } from '../../support/snippets.ts';
import { describeEachStore, newPlace } from '../../support/stores.ts';

const SIGN_IN = [
  'mutation tokenObtainPair',
  '  delete attempts',
  ...Array.from({ length: 5 }, () => '  find attempts'),
  '  findById users',
  '  findByUsernameKey users',
  '  insert sessions',
  '  password hash',
  ...Array.from({ length: 4 }, () => '  replace attempts'),
  '  revokeOldest sessions',
  '  takeBack attempts',
  '  takeBack attempts',
];
const REFRESH = [
  'mutation tokenRefresh',
  '  add attempts',
  '  find attempts',
  '  findWithUser sessions',
  '  replace attempts',
  '  rotate sessions',
];
const HELLO = ['query hello', '  findWithUser sessions'];

const exporter = new InMemorySpanExporter();

/** What `node --import` would do with an operator's file. */
function loadSdk(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
}
function unloadSdk(): void {
  for (const part of [context, propagation, trace]) part.disable();
  exporter.reset();
}

/** The names of the spans that were exported, those inside others indented; by name, as some run side by side. */
function tree(): string[] {
  const spans = exporter.getFinishedSpans().toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const under = (parent: string | undefined, depth: number): string[] =>
    spans
      .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent)
      .flatMap((span) => [`${'  '.repeat(depth)}${span.name}`].concat(under(span.spanContext().spanId, depth + 1)));
  return under(undefined, 0);
}
const root = () => exporter.getFinishedSpans().find(({ attributes }) => !('db.system.name' in attributes));

describeEachStore('the traces of a server', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    loadSdk();
    server = await startTestServer(kind, { env: { METRICS_PORT: '0' } });
  });
  beforeEach(() => exporter.reset());
  afterAll(async () => {
    await server.remove();
    unloadSdk();
  });

  test('have a span for each operation, with those of hash and store in it', async () => {
    const { access, refresh } = await server.signIn();
    expect(tree()).toEqual(SIGN_IN);
    exporter.reset();
    await server.client.expect(TokenRefreshDocument, { refresh });
    expect(tree()).toEqual(REFRESH);
    exporter.reset();
    await server.client.expect(HelloDocument, {}, { token: access });
    expect(tree()).toEqual(HELLO);
    expect(root()?.attributes).toEqual({ 'graphql.operation.type': 'query', 'graphql.root.fields': ['hello'] });
    expect(root()?.kind).toBe(SpanKind.SERVER);
    const database = { 'db.system.name': kind, 'db.collection.name': 'sessions', 'db.operation.name': 'findWithUser' };
    expect(exporter.getFinishedSpans().map(({ attributes }) => attributes)).toContainEqual(database);
  });

  test('hold nothing of what was sent or answered', async () => {
    const { access, refresh } = await server.signIn();
    await server.client.expect(HelloDocument, {}, { token: access });
    await server.client.expect(TokenRefreshDocument, { refresh });
    await server.client.send(TokenObtainPairDocument, { username: 'bandersnatch', password: 'jabberwock' });
    const query = 'query Frumious { vorpal: hello mimsy: hello }';
    await server.client.sendRaw({ query, operationName: 'Frumious' }, { headers: { 'user-agent': 'slithy' } });
    await server.client.sendRaw({ query: '{ borogove }' });
    const spans = exporter.getFinishedSpans();
    const text = JSON.stringify(
      spans.map(({ name, attributes, events, links, status }) => ({ name, attributes, events, links, status })),
    );
    expect(spans.length).toBeGreaterThan(15);
    const typed = [
      'alice',
      PASSWORD,
      'bandersnatch',
      'jabberwock',
      'Frumious',
      'vorpal',
      'mimsy',
      'slithy',
      'borogove',
    ];
    for (const secret of [access, refresh, server.alice.id, '127.0.0.1', ...typed]) expect(text).not.toContain(secret);
  });

  test('say why an operation was refused, and that this is no failure', async () => {
    await server.client.sendRaw({ query: '{ one: hello two: hello }' });
    expect([root()?.name, root()?.attributes['error.type']]).toEqual(['query hello', 'not_authenticated']);
    expect(root()?.status.code).toBe(SpanStatusCode.UNSET);
    exporter.reset();
    await server.client.sendRaw({ query: '{ nothing }' });
    expect([root()?.name, root()?.attributes['error.type']]).toEqual(['graphql', 'GRAPHQL_VALIDATION_FAILED']);
  });

  test('go on with the trace of whoever asks', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await server.client.sendRaw({ query: '{ hello }' }, { headers: { traceparent } });
    expect(root()?.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(root()?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
  });

  test('leave the metrics what they are', async () => {
    const before = await scrape(server.metricsUrl);
    await server.client.sendRaw({ query: '{ hello }' });
    const count = { operation: 'hello', outcome: 'not_authenticated' };
    const after = await scrape(server.metricsUrl);
    expect(after.sum('simplejwt_operations_total', count) - before.sum('simplejwt_operations_total', count)).toBe(1);
  });
});

test('without an SDK there are no traces', async () => {
  expect(await createTraces({ mongodbUri: undefined, dataDir: 'data' })).toBeNull();
  const server = await startTestServer('sqlite');
  loadSdk(); // too late: nothing is wrapped
  await server.signIn();
  expect(exporter.getFinishedSpans()).toEqual([]);
  await server.remove();
  unloadSdk();
});

test('the file that docs/traces.md shows traces a server', async () => {
  const folder = mkdtempSync(join(import.meta.dirname, '../../../dist', 'traces-')); // so that it finds the SDK
  const place = newPlace('sqlite');
  try {
    const file = join(folder, 'tracing.mjs');
    writeFileSync(file, snippetsOf('docs/traces.md', 'js').join('\n'));
    const main = join(import.meta.dirname, '../../../dist/program/main.js');
    const from = { command: [process.execPath, '--import', file, main] } as const;
    const server = await startProcess({ env: { ...TEST_ENV, ...place.env }, from });
    await new Client(server.url).sendRaw({ query: '{ hello }' });
    await server.kill('SIGTERM');
    expect(server.stdout()).toMatch(/name: 'query hello'/);
  } finally {
    await endProcesses();
    await place.remove();
    rmSync(folder, { recursive: true });
  }
});
