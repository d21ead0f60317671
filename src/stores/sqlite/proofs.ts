import type { ProofStore } from '../../contracts/store/store.ts';
import { removeInSlices } from '../slices.ts';
import type { SqliteDatabase } from './database.ts';

export function sqliteProofs(database: SqliteDatabase): ProofStore {
  const insert = database.prepare('INSERT INTO proofs (name, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const deleteExpired = database.prepare(
    'DELETE FROM proofs WHERE name IN (SELECT name FROM proofs WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)',
  );
  return {
    // Not synced: a proof is worth nothing after a minute, and each request would wait for the disk.
    add: (name, expiresAt) => database.note(() => insert.run(name, expiresAt.getTime()) === 1),
    deleteExpired: (at) => removeInSlices((limit) => database.write(() => deleteExpired.run(at.getTime(), limit))),
  };
}
