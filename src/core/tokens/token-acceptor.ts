import type { Token, VerifiedToken } from '../../contracts/claims.ts';
import { AuthError, BadAuthorizationHeader, NoAcceptedToken, NotAuthenticated } from '../../contracts/errors.ts';
import type { TokenUser } from '../../contracts/hooks.ts';
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

type AcceptorSettings = Pick<VerifierSettings, 'authHeaderTypes' | 'authTokenClasses' | 'tokenTypeClaim'>;

/** Reads the token of a header and says whether it is one that is accepted there; it asks no store. */
export class TokenAcceptor {
  readonly #engine: TokenEngine;
  readonly #settings: AcceptorSettings;
  readonly #schemes: ReadonlySet<string>;

  constructor(engine: TokenEngine, settings: AcceptorSettings) {
    this.#engine = engine;
    this.#settings = settings;
    this.#schemes = new Set(settings.authHeaderTypes.map((scheme) => scheme.toLowerCase()));
  }

  /**
   * Checks the value of the header in simplejwt's order.
   *
   * @throws NotAuthenticated, BadAuthorizationHeader, NoAcceptedToken, TokenInvalid, StoreUnavailable
   */
  async accept(header: string | undefined): Promise<AcceptedToken> {
    const token = await this.#read(this.#credentials(header));
    expectUserId(token);
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

  #credentials(header = ''): string {
    const [scheme = '', ...rest] = header.split(WHITE_SPACE, 4).filter((part) => part !== '');
    if (!this.#schemes.has(scheme.toLowerCase())) throw new NotAuthenticated();
    const [text] = rest;
    if (text === undefined || rest.length > 1) throw new BadAuthorizationHeader();
    return text;
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
