import { useState } from 'react';
import { ActivityDocument, type ActivityQuery } from '../../generated/console-operations.ts';
import { Answered } from '../parts/answered.tsx';
import { ViewHeading } from '../parts/section.tsx';
import { formatHour, TIME_ZONE } from '../parts/times.ts';
import { useAnswer } from '../parts/use-answer.ts';
import { useConsole } from '../use-console.ts';
import { Chart } from './chart.tsx';

export type Hours = ActivityQuery['activity'];

export const SERIES = [
  { kind: 'signIns', title: 'Sign-ins', tone: '--good' },
  { kind: 'refusals', title: 'Refused sign-ins', tone: '--bad' },
  { kind: 'refreshes', title: 'Refreshes', tone: '--accent' },
  { kind: 'reuses', title: 'Reused tokens', tone: '--warn' },
] as const;

const PERIODS = [
  { hours: 24, title: 'Day' },
  { hours: 168, title: 'Week' },
  { hours: 720, title: '30 days' },
] as const;

/** For admins: counts by the hour, as charts and as a table. */
export function ActivityView() {
  const { api } = useConsole();
  const [hours, setHours] = useState<number>(24);
  const answer = useAnswer(api, ActivityDocument, { hours });
  return (
    <>
      <ViewHeading
        title="Activity"
        about={`By the hour, in the time zone of this browser, ${TIME_ZONE}. Throttled sign-ins are among those refused. A reused token was held by two parties, and its session was revoked.`}
      >
        <div role="group" aria-label="Period" className="actions">
          {PERIODS.map((period) => (
            <button key={period.hours} aria-pressed={period.hours === hours} onClick={() => setHours(period.hours)}>
              {period.title}
            </button>
          ))}
        </div>
      </ViewHeading>
      <section className="card" aria-label="Counts">
        <Answered
          answer={answer}
          what="activity"
          summary={({ activity }) => (isQuiet(activity) ? 'Nothing happened.' : '')}
        >
          {({ activity }) => (
            <>
              <div className="charts">
                {SERIES.map((series) => (
                  <Chart key={series.kind} {...series} hours={activity} />
                ))}
              </div>
              <details>
                <summary>As a table</summary>
                <HoursTable hours={activity} />
              </details>
            </>
          )}
        </Answered>
      </section>
    </>
  );
}

const isQuiet = (hours: Hours): boolean => hours.every((hour) => SERIES.every(({ kind }) => hour[kind] === 0));

function HoursTable({ hours }: { readonly hours: Hours }) {
  return (
    <table>
      <caption className="visually-hidden">What happened, by the hour, in the time zone {TIME_ZONE}</caption>
      <thead>
        <tr>
          <th scope="col">Hour</th>
          {SERIES.map(({ kind, title }) => (
            <th key={kind} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {hours.map((hour) => (
          <tr key={hour.hour}>
            <th scope="row">{formatHour(hour.hour)}</th>
            {SERIES.map(({ kind }) => (
              <td key={kind}>{hour[kind]}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
