import { useEffect, useState } from 'react';
import { account, asksForStepUp } from './account.ts';
import { CredentialsForm } from './credentials-form.tsx';
import { QrCode } from './qr-code.tsx';
import { useTask } from './use-task.ts';

type Factor = Awaited<ReturnType<typeof account.secondFactor>>;
type Setup = Awaited<ReturnType<typeof account.setUpTotp>>;

/** The second factor of the user, and what is stored about them. */
export function AccountCard() {
  const [factor, setFactor] = useState<Factor | null>(null);
  const [setup, setSetup] = useState<Setup | null>(null);
  const [codes, setCodes] = useState<readonly string[]>([]);
  const [exported, setExported] = useState<string | null>(null);
  /** What is done again after the user has proved who they are. */
  const [waiting, setWaiting] = useState<(() => Promise<void>) | null>(null);
  const { isBusy, problem, run } = useTask();

  const load = async () => setFactor(await account.secondFactor());
  useEffect(() => void run(load), []);

  /** Does what may need a recent sign-in, and asks for one where it does. */
  const attempt = (task: () => Promise<void>) =>
    run(async () => {
      try {
        await task();
        setWaiting(null);
      } catch (error) {
        if (!asksForStepUp(error)) throw error;
        setWaiting(() => task);
      }
    });
  const exportData = async () => setExported(JSON.stringify(await account.exportAccount(), null, 2));
  const hasSecondFactor = factor !== null && factor.addedAt !== null;

  return (
    <section className="card" aria-labelledby="account">
      <h2 id="account">Your account</h2>
      <p role="alert" className="problem">
        {problem}
      </p>
      {waiting !== null && (
        <>
          <p>Confirm that it is you.</p>
          <CredentialsForm
            name="Confirm that it is you"
            {...{ hasSecondFactor, isBusy }}
            submit={(credentials) =>
              void attempt(async () => {
                await account.stepUp(credentials);
                await waiting();
              })
            }
          >
            Confirm
          </CredentialsForm>
        </>
      )}
      {waiting === null && factor !== null && setup === null && (
        <>
          <p>
            {hasSecondFactor
              ? `Sign-ins ask for a code. Recovery codes left: ${factor.recoveryCodesLeft}.`
              : 'Sign-ins ask for the password alone.'}
          </p>
          <CredentialsForm
            name="Second factor"
            {...{ hasSecondFactor, isBusy }}
            submit={(credentials) =>
              void attempt(async () => {
                setCodes([]);
                if (hasSecondFactor) await account.removeTotp(credentials);
                else setSetup(await account.setUpTotp(credentials));
                await load();
              })
            }
          >
            {hasSecondFactor ? 'Remove the app' : 'Add an app'}
          </CredentialsForm>
        </>
      )}
      {setup !== null && (
        <Confirmation
          setup={setup}
          isBusy={isBusy}
          confirm={(code) =>
            void run(async () => {
              setCodes(await account.confirmTotp(code));
              setSetup(null);
              await load();
            })
          }
        />
      )}
      {codes.length > 0 && (
        <>
          <p>Keep these recovery codes. Each signs you in once, without the app.</p>
          <ul aria-label="Recovery codes">
            {codes.map((code) => (
              <li key={code}>
                <code>{code}</code>
              </li>
            ))}
          </ul>
        </>
      )}
      <div className="row">
        <button type="button" onClick={() => void attempt(exportData)} aria-disabled={isBusy}>
          Show what is stored about me
        </button>
      </div>
      {exported !== null && <pre tabIndex={0}>{exported}</pre>}
    </section>
  );
}

interface ConfirmationProps {
  readonly setup: Setup;
  readonly isBusy: boolean;
  readonly confirm: (code: string) => void;
}

/** Shows the secret of a new app, and asks for its first code. */
function Confirmation({ setup: { secret, uri }, isBusy, confirm }: ConfirmationProps) {
  const [code, setCode] = useState('');
  return (
    <form
      aria-label="New app"
      onSubmit={(event) => {
        event.preventDefault();
        confirm(code);
      }}
    >
      <p>
        Scan this code with your authenticator app, <a href={uri}>open it on this device</a>, or type this key into it:
      </p>
      <QrCode text={uri} label="QR code for your authenticator app" />
      <p>
        <code>{secret}</code>
      </p>
      <label>
        First code
        <input autoComplete="one-time-code" required value={code} onChange={({ target }) => setCode(target.value)} />
      </label>
      <button className="primary" type="submit" aria-disabled={isBusy}>
        Confirm the app
      </button>
    </form>
  );
}
