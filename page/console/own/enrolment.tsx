import { useState, type SubmitEvent } from 'react';
import { Field } from '../parts/field.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { useChange } from '../parts/use-change.ts';
import { useConsole } from '../use-console.ts';
import { QrCode } from './qr-code.tsx';

/** What an authenticator app needs to know. */
export interface Setup {
  readonly secret: string;
  readonly uri: string;
}

interface EnrolmentProps {
  readonly setup: Setup;
  readonly onConfirmed: (codes: readonly string[]) => void;
  readonly onCancel: () => void;
}

/** Adds the secret to an app, and proves it with the first code. */
export function Enrolment({ setup: { secret, uri }, onConfirmed, onCancel }: EnrolmentProps) {
  const { account } = useConsole();
  const [code, setCode] = useState('');
  const { isBusy, problem, change } = useChange();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    change('', async () => onConfirmed(await account.confirmTotp(code)));
  };
  return (
    <form onSubmit={submit} aria-label="Add authenticator app">
      <ol>
        <li>
          Install an authenticator app, and scan this code with it. You can also{' '}
          <a href={uri}>open it on this device</a>, or type this key:{' '}
          <code className="secret">{secret.replaceAll(/.{4}(?=.)/g, '$& ')}</code>
          <QrCode text={uri} label="QR code for your authenticator app" />
        </li>
        <li>Enter the six digits that the app shows.</li>
      </ol>
      <div className="line">
        <Field
          label="First code"
          autoComplete="one-time-code"
          inputMode="numeric"
          required
          value={code}
          set={setCode}
        />
        <button className="primary" aria-disabled={isBusy}>
          Confirm
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
      <Outcome done="" problem={problem} />
    </form>
  );
}

interface CodesProps {
  readonly codes: readonly string[];
  readonly onKept: () => void;
}

/** Shown this once. */
export function RecoveryCodes({ codes, onKept }: CodesProps) {
  return (
    <div role="group" aria-label="Recovery codes" className="notice">
      <p>Keep these recovery codes somewhere safe. Each signs you in once without the app. They are not shown again.</p>
      <ul className="codes" aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <button onClick={onKept}>I have kept them</button>
    </div>
  );
}
