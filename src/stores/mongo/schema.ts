import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { refuseNewerSchema, type SchemaVersions } from '../../contracts/store/schema-version.ts';
import { inserted } from './errors.ts';
import { FIRST_VERSION, MIGRATIONS, type Migration } from './migrations.ts';

const COLLECTION = 'schema';
const NAME = 'version';
const BEAT_MS = 2000;
const POLL_MS = 50;
/** A process without a heartbeat for this long counts as dead. */
const PATIENCE_MS = 30_000;

/** The one document that says which version a database has, and who is about to change that. */
interface SchemaDocument {
  readonly _id: typeof NAME;
  readonly version: number;
  /** The process that migrates, by a random name. */
  readonly migrator: string | null;
  /** A heartbeat counter. Waiting processes check that it grows, so clocks need not agree. */
  readonly beats: number;
}

export interface MigrationOptions {
  readonly migrations?: readonly Migration[];
  /** How long a process that migrates may give no sign before another one takes over, in milliseconds. */
  readonly patience?: number;
}

/**
 * Brings a database up to date: of any number of processes, one migrates and the others wait for it. Each step is an
 * atomic change of the one document, under the condition that it still is as it was seen.
 *
 * @throws NewerSchema, and whatever the driver or a migration threw
 */
export async function bringUpToDate(
  connection: Connection,
  { migrations = MIGRATIONS, patience = PATIENCE_MS }: MigrationOptions = {},
): Promise<void> {
  const schema = schemaOf(connection);
  const latest = FIRST_VERSION + migrations.length;
  await inserted(() => schema.insertOne({ _id: NAME, version: FIRST_VERSION, migrator: null, beats: 0 }));
  let seen = await read(schema);
  let seenAt = performance.now();
  for (;;) {
    refuseNewerSchema(seen.version, latest);
    const migration = migrations[seen.version - FIRST_VERSION];
    if (migration === undefined) return;
    const isFree = seen.migrator === null || performance.now() - seenAt > patience;
    if (isFree) await migrateOnce(connection, seen, migration);
    else await delay(POLL_MS);
    const now = await read(schema);
    if (isFree || now.beats !== seen.beats || now.version !== seen.version) seenAt = performance.now();
    seen = now;
  }
}

/** Which version a database has. @throws Error if its document is none of ours */
export async function versionsOf(connection: Connection): Promise<SchemaVersions> {
  const { version } = await read(schemaOf(connection));
  return { version, known: FIRST_VERSION + MIGRATIONS.length };
}

const schemaOf = (connection: Connection) => connection.collection<SchemaDocument>(COLLECTION);
type SchemaCollection = ReturnType<typeof schemaOf>;

async function read(schema: SchemaCollection): Promise<SchemaDocument> {
  const found = await schema.findOne({ _id: NAME });
  if (found === null) return { _id: NAME, version: FIRST_VERSION, migrator: null, beats: 0 };
  if (!Number.isSafeInteger(found.version) || found.version < FIRST_VERSION) throw new ForeignSchema();
  return found;
}

/** Runs a migration if the document is as it was seen, and notes that it is done. */
async function migrateOnce(connection: Connection, seen: SchemaDocument, migration: Migration): Promise<void> {
  const schema = schemaOf(connection);
  const me = randomUUID();
  const { version, migrator, beats } = seen;
  const change = async (condition: Partial<SchemaDocument>, update: object) =>
    (await schema.updateOne({ _id: NAME, ...condition }, update)).matchedCount === 1;

  const taken = { $set: { migrator: me, beats: beats + 1 } };
  if (!(await change({ version, migrator, beats }, taken))) return;
  // The next heartbeat makes up for a lost one.
  const beating = setInterval(() => {
    change({ migrator: me }, { $inc: { beats: 1 } }).catch(() => {});
  }, BEAT_MS);
  try {
    await migration(connection);
    // Not if another process has taken over: that one will note it.
    await change({ migrator: me, version }, { $set: { version: version + 1, migrator: null } });
  } catch (error) {
    await change({ migrator: me }, { $set: { migrator: null } }).catch(() => {}); // at worst others wait for nothing
    throw error;
  } finally {
    clearInterval(beating);
  }
}

/** There is a document in the place of ours. */
class ForeignSchema extends Error {
  override name = 'ForeignSchema';
  constructor() {
    super(
      `the document "${NAME}" of the collection "${COLLECTION}" has no version, expected a number from ${FIRST_VERSION}: ` +
        'use a database of its own',
    );
  }
}
