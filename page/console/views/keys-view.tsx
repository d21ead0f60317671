import { useState } from 'react';
import { KeyRotateDocument, KeysDocument, type KeyRowFragment } from '../../generated/console-operations.ts';
import { Answered } from '../parts/answered.tsx';
import { ConfirmedButton } from '../parts/confirmed-button.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { ViewHeading } from '../parts/section.tsx';
import { formatMoment } from '../parts/times.ts';
import { useAnswer } from '../parts/use-answer.ts';
import { useChange } from '../parts/use-change.ts';
import { useConsole } from '../use-console.ts';

/** For admins: the keys and their states. */
export function KeysView() {
  const { api, features } = useConsole();
  const answer = useAnswer(api, KeysDocument, {});
  const [rotated, setRotated] = useState<readonly KeyRowFragment[] | null>(null);
  const { isBusy, done, problem, change } = useChange();
  const rotate = () =>
    change('A new key is published. It signs in ten minutes, and nobody is signed out.', async () =>
      // The server itself reads its ring about once a second.
      setRotated((await api(KeyRotateDocument, {})).keyRotate),
    );
  return (
    <>
      <ViewHeading title="Keys" about="What signs and verifies tokens. Key material is never shown.">
        {features.has('keyAdministration') && (
          <ConfirmedButton
            label="Rotate keys"
            question="Publish a new key?"
            consequence="It signs after ten minutes. Old keys verify until their last token has expired, so nobody is signed out."
            isBusy={isBusy}
            onConfirm={rotate}
          />
        )}
      </ViewHeading>
      <section className="card" aria-label="All keys">
        <Outcome done={done} problem={problem} />
        <Answered
          answer={answer}
          what="keys"
          summary={({ keys }) => (keys.length === 0 ? 'The server has no keys to show.' : '')}
        >
          {({ keys }) => <KeyList keys={rotated ?? keys} />}
        </Answered>
        {!features.has('keyAdministration') && (
          <p className="quiet">
            Keys are rotated with the command <code>graphql-simplejwt keys rotate</code>.
          </p>
        )}
        <p className="quiet">
          After a theft, use <code>graphql-simplejwt keys rotate --emergency</code>: it refuses all tokens of other
          keys.
        </p>
      </section>
    </>
  );
}

const KeyList = ({ keys }: { readonly keys: readonly KeyRowFragment[] }) => (
  <ul className="rows">
    {keys.map((key, index) => (
      <li key={key.kid ?? index}>
        <div className="about">
          {key.kid === null ? <span>No name</span> : <code>{key.kid}</code>}
          <small>{lifeOf(key)}</small>
        </div>
        <span className={key.state === 'SIGNING' ? 'tag good' : 'tag'}>{key.state.toLowerCase()}</span>
      </li>
    ))}
  </ul>
);

/** `ES256, created Nov 26, 2026, 18:32, signs from …, retires …`, as far as the server says. */
function lifeOf({ algorithm, createdAt, signsFrom, retiresAt }: KeyRowFragment): string {
  const times: readonly (readonly [string, string | null])[] = [
    ['created', createdAt],
    ['signs from', signsFrom],
    ['retires', retiresAt],
  ];
  const known = times.flatMap(([what, time]) => (time === null ? [] : [`${what} ${formatMoment(time)}`]));
  return [algorithm, ...known].join(', ');
}
