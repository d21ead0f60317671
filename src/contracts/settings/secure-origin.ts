/** What never leaves the machine, and so is trusted without TLS (W3C Secure Contexts 3.1). */
const LOOPBACK = /^http:\/\/(([\w-]+\.)*localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

/** Whether only its owner can be a page of this origin: https, or this machine. Anything else anybody on the way is. */
export function isSecureOrigin(origin: string): boolean {
  return origin.startsWith('https://') || LOOPBACK.test(origin);
}
