/** Where a request comes from, as far as it says. */
export interface Client {
  readonly userAgent: string | null;
  readonly ipAddress: string | null;
}
