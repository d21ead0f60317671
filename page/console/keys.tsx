import { KeysDocument, type KeysQuery } from '../generated/console-operations.ts';
import { Answered } from './answered.tsx';
import type { Api } from './create-api.ts';
import { formatMoment } from './times.ts';
import { useAnswer } from './use-answer.ts';

type Key = KeysQuery['keys'][number];

/** For admins: the keys and their states. */
export function Keys({ api }: { readonly api: Api }) {
  const answer = useAnswer(api, KeysDocument, {});
  return (
    <section aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      <Answered
        answer={answer}
        what="keys"
        summary={({ keys }) => (keys.length === 0 ? 'The server has no keys to show.' : '')}
      >
        {({ keys }) => (
          <ul>
            {keys.map((key, index) => (
              <li key={key.kid ?? index}>
                <div className="about">
                  {key.kid === null ? <span>Without a name</span> : <code>{key.kid}</code>}
                  <small>{lifeOf(key)}</small>
                </div>
                <span className={key.state === 'SIGNING' ? 'tag good' : 'tag'}>{key.state.toLowerCase()}</span>
              </li>
            ))}
          </ul>
        )}
      </Answered>
    </section>
  );
}

/** `ES256, made Nov 26, 2026, 18:32, signs from …, retires …`, as far as the server says. */
function lifeOf({ algorithm, createdAt, signsFrom, retiresAt }: Key): string {
  const times: readonly (readonly [string, string | null])[] = [
    ['made', createdAt],
    ['signs from', signsFrom],
    ['retires', retiresAt],
  ];
  const known = times.flatMap(([what, time]) => (time === null ? [] : [`${what} ${formatMoment(time)}`]));
  return [algorithm, ...known].join(', ');
}
