/** What a primary asks of a worker. */
export type Request = 'leave' | 'flush' | 'welcome';

/** What a worker tells its primary: that it serves. */
export interface Report {
  readonly type: 'simplejwt:listening';
  readonly url: string;
}

const REQUESTS: readonly Request[] = ['leave', 'flush', 'welcome'];

/** A request as it travels: others may use the same channel, so the type says whose it is. */
export const messageOf = (request: Request) => ({ type: `simplejwt:${request}` });

/** The request in a message; none if the message is somebody else's. */
export function requestIn(message: unknown): Request | undefined {
  return REQUESTS.find((request) => typeOf(message) === `simplejwt:${request}`);
}

/** Whether a message is a worker's report, and not somebody else's. */
export function isReport(message: unknown): message is Report {
  return typeOf(message) === ('simplejwt:listening' satisfies Report['type']);
}

function typeOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
}
