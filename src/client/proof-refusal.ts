import { isText, textOrNull } from './is-text.ts';

/** What a server says of a proof. */
export interface ProofRefusal {
  /** It wants its nonce in the proof, or something else is wrong with it. */
  readonly error: 'use_dpop_nonce' | 'invalid_dpop_proof';
  readonly nonce: string | null;
  /** The claim that is wrong, or `key`; null where the server does not say. */
  readonly check: string | null;
  /** The time by the clock of the server, in milliseconds since the epoch; null where it does not say. */
  readonly serverTime: number | null;
}

const CHALLENGE = /\bDPoP\b.*\berror="?(use_dpop_nonce|invalid_dpop_proof)\b/is;
const JSON_TYPE = /^application\/([\w.-]+\+)?json\b/i;
/** Of a body. What is longer brings what was asked for. */
const LONGEST = 4096;

/** Our reason, and the errors of OAuth. */
const ERRORS: Readonly<Record<string, ProofRefusal['error']>> = {
  use_dpop_nonce: 'use_dpop_nonce',
  invalid_dpop_proof: 'invalid_dpop_proof',
  dpop_proof_not_valid: 'invalid_dpop_proof',
};

/** What is wrong with the proof of a request, where nothing of the request has run for that; otherwise null. */
export async function proofRefusalIn(response: Response): Promise<ProofRefusal | null> {
  const { status, headers } = response;
  const date = timeIn(headers.get('date'), 500); // it has whole seconds
  const [, challenged = ''] = CHALLENGE.exec(headers.get('www-authenticate') ?? '') ?? [];
  const known = ERRORS[challenged];
  if (status === 401 && known !== undefined) return { error: known, nonce: null, check: null, serverTime: date };
  const isJson = JSON_TYPE.test(headers.get('content-type') ?? '');
  if (!isJson || Number(headers.get('content-length')) > LONGEST) return null;
  const answer = (await response
    .clone()
    .json()
    .catch(() => null)) as unknown;
  const said = refusalIn(answer);
  return said && { ...said, serverTime: said.serverTime ?? date };
}

/** GraphQL, REST addresses and the endpoints of OAuth say it each in their way. */
function refusalIn(answer: unknown): ProofRefusal | null {
  const { data, errors, ...rest } = Object(answer) as Readonly<Record<string, unknown>>;
  // A field that has run must not run again.
  if (Object.values(Object(data) as object).some((value) => value !== null)) return null;
  const said = [errors].flat().map((error) => Object((Object(error) as GraphQLError).extensions) as Said);
  for (const { reason, code, error, nonce, check, serverTime } of [...said, rest as Said]) {
    const named = [reason, code, error].find((name) => isText(name) && Object.hasOwn(ERRORS, name)) as string;
    const known = ERRORS[named];
    if (known === undefined) continue;
    return { error: known, nonce: textOrNull(nonce), check: textOrNull(check), serverTime: timeIn(serverTime) };
  }
  return null;
}

interface GraphQLError {
  readonly extensions?: unknown;
}

type Said = Partial<Record<'reason' | 'code' | 'error' | 'nonce' | 'check' | 'serverTime', unknown>>;

function timeIn(text: unknown, within = 0): number | null {
  const time = isText(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? null : time + within;
}
