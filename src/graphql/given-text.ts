import { InvalidInput } from '../contracts/errors.ts';
import { trimmed } from '../contracts/trimmed.ts';

/**
 * An argument as Django REST framework reads it: without white space around it, such as the end of a line that was copied
 * along.
 *
 * @throws InvalidInput if nothing is left
 */
export function givenText(field: string, text: string): string {
  const given = trimmed(text);
  if (given === '') throw new InvalidInput(field, 'This field may not be blank.');
  return given;
}
