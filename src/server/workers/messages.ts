/** What a supervisor asks of a worker. */
export type Request = 'leave' | 'flush' | 'welcome' | 'numbers';

/** What a worker tells its supervisor: that it serves. */
export interface Report {
  readonly type: 'simplejwt:listening';
  readonly url: string;
}

/** A worker's metrics, sent on request and before it exits. */
export interface Numbers {
  readonly type: 'simplejwt:counted';
  readonly numbers: readonly unknown[];
}

const REQUESTS: readonly Request[] = ['leave', 'flush', 'welcome', 'numbers'];

/** The message of a request. The type has our prefix, as other packages may use the same channel. */
export const messageOf = (request: Request) => ({ type: `simplejwt:${request}` });

/** The request in a message; undefined if the message is not one of ours. */
export function requestIn(message: unknown): Request | undefined {
  return REQUESTS.find((request) => typeOf(message) === `simplejwt:${request}`);
}

/** Whether a message is a worker's report. */
export function isReport(message: unknown): message is Report {
  return typeOf(message) === ('simplejwt:listening' satisfies Report['type']);
}

/** The numbers in a message; none if the message is another. */
export function numbersIn(message: unknown): readonly unknown[] | undefined {
  if (!isNumbers(message)) return undefined;
  return Array.isArray(message.numbers) ? message.numbers : undefined;
}

function isNumbers(message: unknown): message is Numbers {
  return typeOf(message) === ('simplejwt:counted' satisfies Numbers['type']);
}

function typeOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
}
