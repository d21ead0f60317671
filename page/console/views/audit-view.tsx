import { useCallback } from 'react';
import { AuditDocument } from '../../generated/console-operations.ts';
import { Answered } from '../parts/answered.tsx';
import { EventRows } from '../parts/event-list.tsx';
import { GrowingList } from '../parts/growing-list.tsx';
import { ViewHeading } from '../parts/section.tsx';
import { usePages } from '../parts/use-pages.ts';
import { useConsole } from '../use-console.ts';

/** For admins: what happened to all accounts. */
export function AuditView() {
  const { api } = useConsole();
  const askPage = useCallback(
    async (after: string | null) => (await api(AuditDocument, { first: 30, after })).auditEvents,
    [api],
  );
  const { loadMore, hasMore, total: _total, ...events } = usePages(askPage);
  return (
    <>
      <ViewHeading
        title="Audit"
        about="What happened to accounts, and who did it: of each account the last 50 events, for half a year. The log of the server has all of them."
      />
      <section className="card" aria-label="All events">
        <Answered answer={events} what="events" summary={({ length }) => (length === 0 ? 'Nothing happened yet.' : '')}>
          {(nodes) => (
            <GrowingList
              count={nodes.length}
              more={hasMore ? 'Load more' : null}
              isBusy={events.isLoading}
              onMore={() => void loadMore()}
            >
              <EventRows events={nodes} isNamed />
            </GrowingList>
          )}
        </Answered>
      </section>
    </>
  );
}
