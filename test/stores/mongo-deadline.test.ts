import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Connection } from 'mongoose';
import { StoreUnavailable } from '../../src/contracts/errors.ts';
import { connect } from '../../src/stores/mongo/connect.ts';
import { defineModels } from '../../src/stores/mongo/models.ts';
import { mongoSessions } from '../../src/stores/mongo/sessions.ts';
import { mongoUsers } from '../../src/stores/mongo/users.ts';
import { MuteReplicaSet } from '../support/mute-replica-set.ts';
import { newSession, newUser, revocation } from './records.ts';

const docs = readFileSync(join(import.meta.dirname, '../../docs/mongodb.md'), 'utf8');
/** What docs/mongodb.md says, and a little for the machine. */
const [, documented] = /operations fail after (\d+) ms in total/.exec(docs) ?? [];
const DEADLINE_MS = Number(documented);
const SLACK_MS = 750;

describe('a replica set whose primary takes connections and answers nothing', () => {
  let set: MuteReplicaSet;
  let connection: Connection;
  beforeEach(async () => {
    set = await MuteReplicaSet.start();
    connection = await connect(set.uri);
  });
  afterEach(async () => {
    await connection.close();
    await set.close();
  });

  test('S39: fails reads and writes within one deadline, though the driver tries them again', async () => {
    const models = defineModels(connection);
    const users = mongoUsers(models.users);
    const sessions = mongoSessions(models.sessions, users);
    const timed = async (work: () => Promise<unknown>) => {
      const started = performance.now();
      const error: unknown = await work().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(StoreUnavailable);
      return performance.now() - started;
    };
    const took = await Promise.all([
      timed(() => users.findById('u')),
      timed(() => users.findByUsernameKey('u')),
      timed(() => users.insert(newUser())),
      timed(() => sessions.insert(newSession())),
      timed(() => sessions.revoke('s', revocation())),
      timed(() => sessions.revokeAll('u', revocation())),
      timed(() => sessions.listLive('u', new Date())),
    ]);
    for (const milliseconds of took) expect(milliseconds).toBeLessThan(DEADLINE_MS + SLACK_MS);
    expect(Math.max(...took)).toBeGreaterThan(DEADLINE_MS - SLACK_MS);
  });
});
