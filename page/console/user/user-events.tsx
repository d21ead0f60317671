import { UserEventsDocument } from '../../generated/console-operations.ts';
import { Answered } from '../parts/answered.tsx';
import { EventList } from '../parts/event-list.tsx';
import { Section } from '../parts/section.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { useConsole } from '../use-console.ts';

/** For admins: what happened to an account. */
export function UserEvents({ userId }: { readonly userId: string }) {
  const { api } = useConsole();
  const answer = useAnswer(api, UserEventsDocument, { userId });
  return (
    <Section
      title="Events"
      tools={
        <button aria-disabled={answer.isLoading} onClick={() => void answer.retry()}>
          Load again
        </button>
      }
    >
      <Answered
        answer={answer}
        what="events"
        summary={({ userSecurityEvents: events }) => (events.length === 0 ? 'Nothing happened yet.' : '')}
      >
        {({ userSecurityEvents: events }) => <EventList events={events} />}
      </Answered>
    </Section>
  );
}
