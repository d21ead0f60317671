/** No mail to this address will ever be taken; trying again makes no sense. */
export class MailRefused extends Error {
  override name = 'MailRefused';
  constructor(cause: unknown) {
    super('the server takes no mail for this address', { cause });
  }
}
