import { z } from 'zod';
import type { ForeignAccount } from '../../core/users/account-import.ts';
import { localMoments, type LocalMoments } from './time-zone.ts';

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

const MOMENT = 'expected a moment such as 2026-01-31T12:00:00Z';

/** Django writes no zone where `USE_TZ` is off. */
const momentIn = (local: LocalMoments) =>
  z.iso
    .datetime({ offset: true, local: true, error: MOMENT })
    .transform((text) => (/(Z|[+-]\d\d:\d\d)$/.test(text) ? new Date(text) : local(text)));
/** A custom model may keep days alone. */
const momentOrDayIn = (local: LocalMoments) =>
  z.union([momentIn(local), z.iso.date().transform((day) => local(`${day}T00:00:00`))], MOMENT);

const asUtc: LocalMoments = (text) => new Date(`${text}Z`);
/** simplejwt writes UTC, whatever the zone of the project. */
const moment = momentIn(asUtc);

const NO_NAME =
  'expected a text or a whole number in the field that --username-field names; `--username-field pk` if it is the primary key';

/** `AbstractBaseUser` and `AbstractUser`. Fields that a custom model may lack have Django's defaults. */
const userFields = (local: LocalMoments) =>
  z.object({
    // A telephone number may be a number.
    username: z.union([z.int(), z.string()], NO_NAME).transform(String),
    password: z.string('expected a password hash').max(1000, 'expected at most 1000 characters'),
    last_login: momentIn(local).nullish(),
    // What `inspectdb` makes of MySQL's truth values is a number. To Django null is false.
    is_active: z
      .union([z.boolean(), z.literal([0, 1]), z.null()], 'expected true or false')
      .transform(Boolean)
      .default(true),
    date_joined: momentOrDayIn(local).nullish(),
  });

/** Which rows of a dump are the users, and how their fields are to be read. */
export interface UserModel {
  /** Django's `AUTH_USER_MODEL` in lower case, as dumps have it. */
  readonly model: string;
  /** Django's `USERNAME_FIELD`; `pk` if it is the primary key. */
  readonly usernameField: string;
  /** Django's `TIME_ZONE`, where `USE_TZ` is off. Default: UTC. */
  readonly timeZone?: string | undefined;
  /** Whether accounts have an e-mail address here: Django's `email`. Default: false. */
  readonly hasEmail?: boolean;
}

/** An account of a dump, and the fields that say something there is no place for here, such as an address. */
export interface DumpedUser {
  readonly account: ForeignAccount;
  readonly leftOut: readonly string[];
  /** Whether the row does not say if the account is active. */
  readonly activeByDefault: boolean;
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
  blacklisted_at: moment.nullish().catch(null),
});

/** A refresh token that Django has handed out. */
export type OutstandingRow = z.infer<typeof outstanding>;
/** That an outstanding token was blacklisted; `token` is its primary key. */
export type BlacklistedRow = z.infer<typeof blacklisted>;

export function readRow(value: unknown): RowReading<DumpedRow> {
  return value === undefined ? { problem: 'this is no JSON' } : read(dumped, value);
}

/** Reads rows of users. `now` is the first day of an account whose model keeps none. */
export type UserRowReader = (row: DumpedRow, now: Date) => RowReading<DumpedUser>;

/** @throws RangeError if there is no such time zone */
export function userRowReader({ usernameField, timeZone, hasEmail = false }: UserModel): UserRowReader {
  const schema = userFields(timeZone === undefined ? asUtc : localMoments(timeZone));
  return ({ pk, fields }, now) => {
    const reading = read(schema, { ...fields, username: usernameField === 'pk' ? pk : fields[usernameField] });
    if ('problem' in reading) return reading;
    const email: unknown = hasEmail ? fields['email'] : '';
    const isTaken = (name: string) => name === usernameField || TAKEN.has(name) || (name === 'email' && hasEmail);
    const isLeftOut = (name: string) => !isTaken(name) && saysMore(fields[name]);
    const account = accountOf(pk, reading.value, now);
    const withEmail = typeof email === 'string' && email !== '' ? { ...account, email } : account;
    const activeByDefault = fields['is_active'] === undefined;
    return { value: { account: withEmail, leftOut: Object.keys(fields).filter(isLeftOut), activeByDefault } };
  };
}

function accountOf(
  id: string,
  { username, password, last_login, is_active, date_joined }: z.infer<ReturnType<typeof userFields>>,
  now: Date,
): ForeignAccount {
  return {
    id,
    username,
    // In Django, an empty hash means no usable password; here that is `!`.
    passwordHash: password === '' ? '!' : password,
    isActive: is_active,
    lastLogin: last_login ?? null,
    createdAt: date_joined ?? now,
  };
}

const TAKEN: ReadonlySet<string> = new Set(['password', 'last_login', 'is_active', 'date_joined']);

/** Whether a field has another value than the one Django gives it where nothing was entered. */
function saysMore(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return value !== null && value !== false && value !== '';
}

export const readOutstanding = ({ fields }: DumpedRow): RowReading<OutstandingRow> => read(outstanding, fields);

export const readBlacklisted = ({ fields }: DumpedRow): RowReading<BlacklistedRow> => read(blacklisted, fields);

function read<Value>(schema: z.ZodType<Value>, value: unknown): RowReading<Value> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return { value: data };
  return { problem: error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ') };
}
