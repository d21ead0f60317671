/** The arguments by which signed-in users prove who they are: `Credentials`, as type-graphql has them. */
export const CURRENT_PASSWORD = { description: 'The current password.' };

export const OWN_CODE = {
  nullable: true,
  description: 'A code of the second factor, or a recovery code. Omit it if the account has no second factor.',
};
