import { z } from 'zod';
import type { ForeignAccount } from '../../core/users/account-import.ts';

// Above 2^53, JavaScript's numbers cannot tell neighbouring IDs apart.
const KEY = 'expected the primary key, a text or a number below 2^53; dump without --natural-primary';

/** What a row of a dump is, whatever its model. */
const dumped = z.object(
  {
    model: z.string('expected the name of a model'),
    pk: z.union([z.int(KEY), z.string()], KEY).transform(String),
    fields: z.record(z.string(), z.unknown(), 'expected an object'),
  },
  'expected an object with model, pk and fields',
);

/** A row of a dump, its fields not looked at yet. */
export type DumpedRow = z.infer<typeof dumped>;

/** What a row says, or what is wrong with it in words that quote none of its values. */
export type RowReading<Value> = { readonly value: Value } | { readonly problem: string };

/** Django writes no zone where `USE_TZ` is off; that is read as UTC. */
const moment = z.iso
  .datetime({ offset: true, local: true, error: 'expected a moment such as 2026-01-31T12:00:00Z' })
  .transform((text) => new Date(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`));

/** `AbstractBaseUser` and `AbstractUser`. Fields that a custom model may lack have Django's defaults. */
const userFields = z.object({
  username: z.string('expected a username'),
  password: z.string('expected a password hash').max(1000, 'expected at most 1000 characters'),
  last_login: moment.nullish(),
  is_active: z.boolean('expected true or false').default(true),
  date_joined: moment.optional(),
  email: z.string().nullish().catch(null),
});

/** An account of a dump, and whether it has an address, which there is no place for here. */
export interface DumpedUser {
  readonly account: ForeignAccount;
  readonly hasEmail: boolean;
}

const outstanding = z.object({
  jti: z.string('expected a jti').min(1, 'expected a jti').max(255, 'expected at most 255 characters'),
  // Of a deleted user null, and where it was dumped with --natural-foreign a list.
  user: z.union([z.int(), z.string()]).transform(String).nullish().catch(null),
  token: z.string().catch('').default(''),
  created_at: moment.nullish().catch(null),
  expires_at: moment,
});

const blacklisted = z.object({
  token: z.union([z.int(), z.string()], 'expected the key of an outstanding token').transform(String),
  blacklisted_at: moment,
});

/** A refresh token that Django has handed out. */
export type OutstandingRow = z.infer<typeof outstanding>;
/** That an outstanding token was blacklisted; `token` is its primary key. */
export type BlacklistedRow = z.infer<typeof blacklisted>;

export function readRow(value: unknown): RowReading<DumpedRow> {
  return value === undefined ? { problem: 'this is no JSON' } : read(dumped, value);
}

/** `now` is the first day of an account whose model keeps none. */
export function readUserRow({ pk, fields }: DumpedRow, usernameField: string, now: Date): RowReading<DumpedUser> {
  const reading = read(userFields, { ...fields, username: fields[usernameField] });
  if ('problem' in reading) return reading;
  const { username, password, last_login, is_active, date_joined, email } = reading.value;
  const account: ForeignAccount = {
    id: pk,
    username,
    // In Django, an empty hash means no usable password; here that is `!`.
    passwordHash: password === '' ? '!' : password,
    isActive: is_active,
    lastLogin: last_login ?? null,
    createdAt: date_joined ?? now,
  };
  return { value: { account, hasEmail: typeof email === 'string' && email !== '' } };
}

export const readOutstanding = ({ fields }: DumpedRow): RowReading<OutstandingRow> => read(outstanding, fields);

export const readBlacklisted = ({ fields }: DumpedRow): RowReading<BlacklistedRow> => read(blacklisted, fields);

function read<Value>(schema: z.ZodType<Value>, value: unknown): RowReading<Value> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return { value: data };
  return { problem: error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ') };
}
