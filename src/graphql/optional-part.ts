import type { ResolverClass } from './schema.ts';

/** What a setting adds to the schema. */
export interface OptionalPart {
  readonly resolvers?: readonly ResolverClass[];
  /** Those that are for admins. */
  readonly adminResolvers?: readonly ResolverClass[];
  /** Classes of its own types. */
  readonly types?: readonly unknown[];
}
