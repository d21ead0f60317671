/** Which version a store's schema has, and which is the latest that this program knows. */
export interface SchemaVersions {
  readonly version: number;
  readonly known: number;
}

/** The store was written by a newer program. This one could misread or destroy its data. */
class NewerSchema extends Error {
  override name = 'NewerSchema';
  constructor(
    readonly version: number,
    readonly known: number,
  ) {
    super(`the store has version ${version}, this program knows ${known}: start a newer program`);
  }
}

/** @throws NewerSchema if a store's schema is of a version after the latest one that is known */
export function refuseNewerSchema(version: number, known: number): void {
  if (version > known) throw new NewerSchema(version, known);
}
