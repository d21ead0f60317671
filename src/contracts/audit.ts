import type { SecurityEvent, SecurityEventName } from './hooks.ts';

/** What is known of an event; the rest is null. */
type SecurityEventDetails = Partial<Omit<SecurityEvent, 'event'>>;

/** Who acts, where it is not the user themself, and from where. */
export type Actor = Partial<Pick<SecurityEvent, 'actorId' | 'client'>>;

/** Reports one event. It never throws: what is decided is decided. */
export type Audit = (event: SecurityEventName, details: SecurityEventDetails) => void;

const NOTHING = {
  userId: null,
  sessionId: null,
  reason: null,
  sessions: null,
  operation: null,
  actorId: null,
  rule: null,
  client: null,
};

/** Makes the one place that events go through. What a listener throws is reported, and changes nothing. */
export function createAudit(
  listeners: readonly ((event: SecurityEvent) => void)[],
  report: (error: unknown) => void,
): Audit {
  return (event, details) => {
    for (const listener of listeners) {
      try {
        listener({ ...NOTHING, event, ...details });
      } catch (error) {
        report(error);
      }
    }
  };
}
