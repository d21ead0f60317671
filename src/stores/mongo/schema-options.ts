import type { Model } from 'mongoose';

/** A collection as `connection.model` types it: mongoose adds a virtual `id`. */
export type ModelOf<Document> = Model<Document, object, object, { id: string }>;

/**
 * Expired records are removed this long after their end: clocks differ, and within the leeway (at most as long) a
 * token of theirs may still be presented.
 */
export const TTL_SLACK_SECONDS = 600;

export const required = { required: true } as const;
export const nullable = { default: null } as const;
// A filter that names an unknown field is a bug, never ignored.
export const options = {
  versionKey: false,
  strict: 'throw',
  strictQuery: 'throw',
} as const;
