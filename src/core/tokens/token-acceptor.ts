import type { Claims, Token, VerifiedToken } from '../../contracts/claims.ts';
import { AuthError, BadAuthorizationHeader, NoAcceptedToken, NotAuthenticated } from '../../contracts/errors.ts';
import type { TokenUser } from '../../contracts/hooks.ts';
import type { Prove } from '../../contracts/proof.ts';
import type { VerifierSettings } from '../../contracts/settings/verifier-settings.ts';
import { expectComplete, expectType, expectUserId } from './token-form.ts';

/** A token that lets its holder in, as far as the token itself tells. */
export type AcceptedToken = Token<'access' | 'sliding'> & { readonly userId: string };

const CLASS_NAMES = { access: 'AccessToken', sliding: 'SlidingToken' } as const;
/** RFC 9110 5.6.3, and what Python's `bytes.split` takes for the same. JavaScript's `\s` has more, U+00A0 for one. */
const WHITE_SPACE = /[\t\n\v\f\r ]+/;

/** Verifies the text of a token: one of the engines, by Node.js or by WebCrypto. Both give the same verdicts. */
export interface TokenEngine {
  /** @throws TokenExpired, TokenInvalid, TokenNotYetValid */
  readonly verify: (token: string) => Promise<VerifiedToken>;
}

/** A token as it stands in the header. */
export interface SentToken {
  readonly text: string;
  /** Whether it was sent with the scheme DPoP (RFC 9449 7.1). */
  readonly isDpop: boolean;
}

/** Says whether who sends a token may: there is none where tokens are bound to no key. */
export interface KeyBinding {
  /** @throws TokenInvalid, ProofRequired, ProofInvalid, and what `prove` throws */
  expectHeld(token: AcceptedToken, sent: SentToken, prove: Prove): Promise<void>;
  /** The same for a token that is exchanged and lets nobody in. @throws the same */
  expectKey(claims: Claims, prove: Prove): Promise<void>;
}

/** Of a request that has no proof. */
export const NO_PROOF: Prove = async () => null;

type AcceptorSettings = Pick<VerifierSettings, 'authHeaderTypes' | 'authTokenClasses' | 'tokenTypeClaim'>;

/** Reads the token of a header and says whether it is one that is accepted there; it asks no store. */
export class TokenAcceptor {
  readonly #engine: TokenEngine;
  readonly #settings: AcceptorSettings;
  readonly #schemes: ReadonlySet<string>;
  readonly #binding: KeyBinding | null;

  constructor(engine: TokenEngine, settings: AcceptorSettings, binding: KeyBinding | null = null) {
    this.#engine = engine;
    this.#settings = settings;
    this.#schemes = new Set(settings.authHeaderTypes.map((scheme) => scheme.toLowerCase()));
    this.#binding = binding;
  }

  /**
   * Checks the value of the header in simplejwt's order, and last whether who sends the token holds its key.
   *
   * @throws NotAuthenticated, BadAuthorizationHeader, NoAcceptedToken, TokenInvalid, ProofRequired, ProofInvalid,
   * NonceRequired, StoreUnavailable
   */
  async accept(header: string | undefined, prove: Prove = NO_PROOF): Promise<AcceptedToken> {
    const sent = this.#credentials(header);
    const token = await this.#read(sent.text);
    expectUserId(token);
    if (this.#binding !== null) await this.#binding.expectHeld(token, sent, prove);
    return token;
  }

  /** The refusal of a token, in simplejwt's form. */
  refusal(cause: AuthError): NoAcceptedToken {
    const messages = this.#settings.authTokenClasses.map((type) => ({
      token_class: CLASS_NAMES[type],
      token_type: type,
      message: cause.message,
    }));
    return new NoAcceptedToken(cause, messages);
  }

  #credentials(header = ''): SentToken {
    const [given = '', ...rest] = header.split(WHITE_SPACE, 4).filter((part) => part !== '');
    const scheme = given.toLowerCase();
    const isDpop = this.#binding !== null && scheme === 'dpop';
    if (!isDpop && !this.#schemes.has(scheme)) throw new NotAuthenticated();
    const [text] = rest;
    if (text === undefined || rest.length > 1) throw new BadAuthorizationHeader();
    return { text, isDpop };
  }

  async #read(text: string): Promise<Token<'access' | 'sliding'>> {
    try {
      return expectType(
        expectComplete(await this.#engine.verify(text)),
        this.#settings.authTokenClasses,
        this.#settings,
      );
    } catch (error) {
      // Where the keys cannot be had, nothing is said of the token.
      throw error instanceof AuthError && error.code === 'UNAUTHENTICATED' ? this.refusal(error) : error;
    }
  }
}

/** The user that claims tell of, as simplejwt's `TokenUser`: the name only where a claim `username` holds it. */
export function tokenUserOf({ userId, claims: { username } }: AcceptedToken): TokenUser {
  return { id: userId, username: typeof username === 'string' ? username : '' };
}
