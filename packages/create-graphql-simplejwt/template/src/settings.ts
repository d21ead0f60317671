import type { AuthOptions } from 'graphql-simplejwt';

/** The settings of the token system, as `.env` has them. */
export const options: AuthOptions = {
  signingKey: process.env['JWT_SIGNING_KEY'],
  mongodbUri: process.env['MONGODB_URI'],
};
