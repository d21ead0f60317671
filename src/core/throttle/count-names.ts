import { createHmac, type KeyObject } from 'node:crypto';
import { networkOf, siteOf } from '../../contracts/client-address.ts';
import type { ThrottledOperation, ThrottleRule } from '../../contracts/hooks.ts';
import { BRIEF } from '../../contracts/store/attempt-names.ts';
import type { Budget } from './budgets.ts';

/** Whose attempts are counted. */
export interface Subject {
  readonly address: string | null;
  readonly account: string;
}

const SUBJECTS: Readonly<Record<ThrottleRule, (subject: Subject) => readonly (string | null)[]>> = {
  account: ({ address, account }) => [networkOf(address), account],
  account_site: ({ address, account }) => [siteOf(address), account],
  account_everywhere: ({ account }) => [account],
  address: ({ address }) => [networkOf(address)],
  site: ({ address }) => [siteOf(address)],
};

/**
 * The name of a count; null where the subject has none. Unreadable without the secret: people type passwords where a name is
 * due, and a dump must not give them away.
 */
export function nameOfCount(
  { per, with: scope, isBrief }: Pick<Budget, 'per' | 'with' | 'isBrief'>,
  operation: ThrottledOperation,
  subject: Subject,
  secret: KeyObject,
): string | null {
  const about = SUBJECTS[per](subject);
  if (about.includes(null)) return null;
  const text = JSON.stringify([scope ?? operation, ...about]);
  const name = createHmac('sha256', secret).update(`attempts ${text}`).digest('base64url');
  return isBrief ? BRIEF + name : name;
}
