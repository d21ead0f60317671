import { useState, type SubmitEvent } from 'react';
import { SecondFactorDocument } from '../../generated/console-operations.ts';
import { Answered } from '../parts/answered.tsx';
import { Field } from '../parts/field.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Section } from '../parts/section.tsx';
import { formatDay } from '../parts/times.ts';
import { useAnswer } from '../parts/use-answer.ts';
import { useChange } from '../parts/use-change.ts';
import { useConsole } from '../use-console.ts';
import { Enrolment, RecoveryCodes, type Setup } from './enrolment.tsx';

/** An authenticator app and recovery codes: adding them, step by step, and removing them. */
export function SecondFactor() {
  const { api, changes, noteChange } = useConsole();
  const answer = useAnswer(api, SecondFactorDocument, {}, changes);
  const [setup, setSetup] = useState<Setup | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  return (
    <Section
      title="Second factor"
      about="With an authenticator app, a sign-in needs a code beside the password, so a stolen password is not enough."
    >
      <Answered answer={answer} what="your second factor">
        {({ secondFactor: { addedAt, recoveryCodesLeft } }) => (
          <>
            <p>
              {addedAt === null
                ? 'Off: sign-ins ask for the password alone.'
                : `On since ${formatDay(addedAt)}. Recovery codes left: ${recoveryCodesLeft}.`}
            </p>
            {codes !== null && <RecoveryCodes codes={codes} onKept={() => setCodes(null)} />}
            {setup !== null && (
              <Enrolment
                setup={setup}
                onConfirmed={(fresh) => {
                  setSetup(null);
                  setCodes(fresh);
                  noteChange();
                }}
                onCancel={() => setSetup(null)}
              />
            )}
            {setup === null && codes === null && (
              <FactorForm isOn={addedAt !== null} onSetup={setSetup} onCodes={setCodes} onChange={noteChange} />
            )}
          </>
        )}
      </Answered>
    </Section>
  );
}

interface FormProps {
  readonly isOn: boolean;
  readonly onSetup: (setup: Setup) => void;
  readonly onCodes: (codes: readonly string[]) => void;
  readonly onChange: () => void;
}

/** What can be done, with the password, and a code where there is a factor. */
function FactorForm({ isOn, onSetup, onCodes, onChange }: FormProps) {
  const { account, withStepUp } = useConsole();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const { isBusy, done, problem, change } = useChange();
  const given = () => ({ password, ...(code !== '' && { code }) });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const button = event.submitter?.getAttribute('value');
    if (button === 'remove') {
      change('The second factor is off.', () => withStepUp(() => account.removeTotp(given())), onChange);
    } else if (button === 'renew') {
      change('', async () => onCodes(await withStepUp(() => account.renewRecoveryCodes(given()))));
    } else {
      change('', async () => onSetup(await withStepUp(() => account.setUpTotp(given()))));
    }
  };
  return (
    <form onSubmit={submit} className="line" aria-label="Second factor">
      <Field
        label="Password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        set={setPassword}
      />
      {isOn && (
        <Field label="Code, or a recovery code" autoComplete="one-time-code" required value={code} set={setCode} />
      )}
      <div className="actions">
        {isOn ? (
          <>
            <button value="renew" aria-disabled={isBusy}>
              New recovery codes
            </button>
            <button value="remove" className="danger" aria-disabled={isBusy}>
              Turn off
            </button>
          </>
        ) : (
          <button value="add" className="primary" aria-disabled={isBusy}>
            Add authenticator app
          </button>
        )}
      </div>
      <Outcome done={done} problem={problem} />
    </form>
  );
}
