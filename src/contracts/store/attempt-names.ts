/**
 * Begins the names of counts that last a minute at most. They guard no secret, so a store may keep them in the memory of
 * one process, and forget them at its end.
 */
export const BRIEF = 'brief:';
