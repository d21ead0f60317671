import type { User } from '../contracts/hooks.ts';
import type { PrintedRow } from './terminal.ts';

/** An account as commands print it. */
export const toRow = ({ id, username, email, isActive, isAdmin, lastLogin, createdAt }: User): PrintedRow => ({
  id,
  username,
  ...(email !== undefined && { email }),
  isActive,
  isAdmin,
  lastLogin,
  createdAt,
});
