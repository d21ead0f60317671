import { ActivityDocument, KeysDocument } from '../generated/console-operations.ts';
import type { Api } from './create-api.ts';
import { useAnswer } from './use-answer.ts';

const HEIGHT = 80;
const hourOf = new Intl.DateTimeFormat('en', { weekday: 'short', hour: '2-digit', minute: '2-digit' });

/** For admins: sign-ins and refusals of the last day, drawn, and as a table for those who do not see it. */
export function Activity({ api }: { readonly api: Api }) {
  const { data, problem } = useAnswer(api, ActivityDocument, {});
  const hours = data?.activity ?? [];
  const most = Math.max(1, ...hours.map(({ signIns, refusals }) => Math.max(signIns, refusals)));
  const scale = HEIGHT / most;
  return (
    <section aria-labelledby="activity">
      <h2 id="activity">Activity of the last day</h2>
      <svg viewBox={`0 0 ${Math.max(1, hours.length) * 10} ${HEIGHT}`} aria-hidden="true">
        {hours.map(({ hour, signIns, refusals }, index) => (
          <g key={hour}>
            <rect className="good" x={index * 10} width="4" y={HEIGHT - signIns * scale} height={signIns * scale} />
            <rect
              className="bad"
              x={index * 10 + 4}
              width="4"
              y={HEIGHT - refusals * scale}
              height={refusals * scale}
            />
          </g>
        ))}
      </svg>
      <p aria-hidden="true">
        At most {most} an hour. <span className="good">■ sign-ins</span> <span className="bad">■ refusals</span>
      </p>
      <table className="visually-hidden">
        <caption>Sign-ins and refusals by the hour</caption>
        <thead>
          <tr>
            <th scope="col">Hour</th>
            <th scope="col">Sign-ins</th>
            <th scope="col">Refusals</th>
          </tr>
        </thead>
        <tbody>
          {hours.map(({ hour, signIns, refusals }) => (
            <tr key={hour}>
              <th scope="row">{hourOf.format(new Date(hour))}</th>
              <td>{signIns}</td>
              <td>{refusals}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p role="alert">{problem}</p>
    </section>
  );
}

/** For admins: what each key does now. */
export function Keys({ api }: { readonly api: Api }) {
  const { data, problem } = useAnswer(api, KeysDocument, {});
  return (
    <section aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      <ul>
        {data?.keys.map(({ kid, algorithm, state }) => (
          <li key={kid}>
            <code>{kid ?? 'without a name'}</code> {algorithm}, {state.toLowerCase()}
          </li>
        ))}
      </ul>
      <p role="alert">{problem}</p>
    </section>
  );
}
