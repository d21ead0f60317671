/** Loopback hosts, which are trusted without TLS (W3C Secure Contexts 3.1). */
const LOOPBACK = /^http:\/\/(([\w-]+\.)*localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

/** Whether an origin is authenticated: https, or loopback. Over plain http anybody on the network path can forge it. */
export function isSecureOrigin(origin: string): boolean {
  return origin.startsWith('https://') || LOOPBACK.test(origin);
}
