import { ActivityDocument, type ActivityQuery } from '../generated/console-operations.ts';
import { Answered } from './answered.tsx';
import { BarChart } from './bar-chart.tsx';
import type { Api } from './create-api.ts';
import { formatHour, TIME_ZONE } from './times.ts';
import { useAnswer } from './use-answer.ts';

type Hours = ActivityQuery['activity'];

const SERIES = [
  { kind: 'signIns', title: 'Sign-ins', tone: 'good' },
  { kind: 'refusals', title: 'Refused sign-ins', tone: 'bad' },
  { kind: 'refreshes', title: 'Refreshes', tone: 'accent' },
  { kind: 'reuses', title: 'Reused tokens', tone: 'warn' },
] as const;

/** For admins: the activity of the last day, as charts and as a table. */
export function Activity({ api }: { readonly api: Api }) {
  const answer = useAnswer(api, ActivityDocument, {});
  return (
    <section aria-labelledby="activity">
      <h2 id="activity">Activity of the last day</h2>
      <p className="quiet">
        By the hour, in the time zone of this browser, {TIME_ZONE}. Throttled sign-ins are among those refused, and
        replays among the refreshes. A reused token was held by two parties, and its session has ended.
      </p>
      <Answered
        answer={answer}
        what="activity"
        summary={({ activity }) => (isQuiet(activity) ? 'Nothing happened.' : '')}
      >
        {({ activity }) => (
          <>
            <div className="charts" aria-hidden="true">
              {SERIES.map(({ kind, title, tone }) => (
                <BarChart
                  key={kind}
                  title={title}
                  tone={tone}
                  bars={activity.map(({ hour, [kind]: count }) => ({ hour, count }))}
                />
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
