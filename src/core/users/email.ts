import { domainToASCII } from 'node:url';
import { InvalidInput } from '../../contracts/errors.ts';
import { trimmed } from '../../contracts/request-text.ts';

/** RFC 5321 4.5.3.1. */
const MAX_LENGTH = 254;
const MAX_MAILBOX_LENGTH = 64;
/** RFC 5322's dot-atom and RFC 6531's letters. No quotes: what is in them could end a line of a header, or the address. */
const MAILBOX = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
/** Letters, digits and hyphens in at least two labels, of which the last is no number. */
const DOMAIN = /^([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+(?!\d+$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/;
const DOMAIN_AS_WRITTEN = /^[\p{L}\p{M}\p{N}.-]+$/u;
/** With them, two addresses that look the same would be two. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

/** An address as it was written, and in the form in which it is compared. */
export interface GivenEmail {
  readonly email: string;
  readonly emailKey: string;
}

/**
 * Reads an address; null if it is none. Letter case and Unicode form make no other address, but nothing more is folded: what
 * looks alike to a store may be the mailbox of somebody else.
 */
export function readEmail(given: string): GivenEmail | null {
  const email = trimmed(given.slice(0, 2 * MAX_LENGTH));
  const at = email.lastIndexOf('@');
  const [mailbox, domain] = [email.slice(0, Math.max(at, 0)), email.slice(at + 1)];
  if (email.length > MAX_LENGTH || Buffer.byteLength(mailbox) > MAX_MAILBOX_LENGTH || INVISIBLE.test(email))
    return null;
  if (!MAILBOX.test(mailbox) || !DOMAIN_AS_WRITTEN.test(domain)) return null;
  const ascii = domainToASCII(domain.normalize('NFC'));
  if (ascii.length > MAX_LENGTH || !DOMAIN.test(ascii)) return null;
  return { email, emailKey: `${mailbox.normalize('NFC').toLowerCase()}@${ascii}` };
}

/**
 * The address that is to be an account's.
 *
 * @throws InvalidInput if it is none
 */
export function newEmail(given: string): GivenEmail {
  const found = readEmail(given);
  if (found !== null) return found;
  throw new InvalidInput(
    'email',
    'This is not an e-mail address. Expected one such as name@example.com, of at most 254 characters.',
    'invalid_email',
  );
}
