import { InvalidInput } from '../../contracts/errors.ts';

const ID = /^[\w.@+-]{1,64}$/;

/**
 * An id that comes from another system.
 *
 * @throws InvalidInput if it cannot be anybody's id.
 */
export function givenUserId(id: string): string {
  if (ID.test(id)) return id;
  throw new InvalidInput('id', 'An id has 1 to 64 letters, digits and _ . @ + - characters.');
}
