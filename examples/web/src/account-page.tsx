import type { MailLink } from 'graphql-simplejwt/recovery';
import { useEffect, useRef, useState, type SyntheticEvent } from 'react';
import { Brand } from './brand.tsx';
import { recovery, tokens } from './client.ts';
import { PageHeading } from './page-heading.tsx';
import { useTask } from './use-task.ts';

/** What somebody does who cannot sign in yet, or any more; or the link of a mail. */
export type AccountView = MailLink | { readonly purpose: 'register' | 'forgot' };

interface Props {
  readonly view: AccountView;
  readonly leave: () => void;
}

const TITLES: Readonly<Record<AccountView['purpose'], string>> = {
  register: 'Create an account',
  forgot: 'Forgot your password?',
  passwordReset: 'Choose a new password',
  emailVerify: 'Your e-mail address',
};

export function AccountPage({ view, leave }: Props) {
  const [outcome, setOutcome] = useState<string | null>(null);
  const title = TITLES[view.purpose];
  return (
    <main className="narrow">
      <title>{`${title} · graphql-simplejwt example`}</title>
      <Brand />
      <PageHeading>{title}</PageHeading>
      <p className="why" role="status">
        {outcome}
      </p>
      {outcome === null && <Step view={view} done={setOutcome} />}
      <button type="button" onClick={leave}>
        {outcome === null ? 'Back' : 'Go on'}
      </button>
    </main>
  );
}

function Step({ view, done }: { readonly view: AccountView; readonly done: (outcome: string) => void }) {
  switch (view.purpose) {
    case 'register':
      return (
        <Form
          action="Create account"
          fields={[USERNAME, EMAIL, NEW_PASSWORD]}
          submit={async ({ username = '', email = '', password = '' }) => {
            await recovery.register({ username, password, email: email === '' ? null : email });
            await tokens.signIn(username, password);
            done(
              email === ''
                ? 'Your account is ready.'
                : `Your account is ready. Open the link that was sent to ${email}.`,
            );
          }}
        />
      );
    case 'forgot':
      return (
        <Form
          action="Send a link"
          fields={[{ ...USERNAME, label: 'Username or e-mail address' }]}
          submit={async ({ username = '' }) => {
            await recovery.requestPasswordReset(username);
            done('If there is such an account, a link was sent to its e-mail address. It works for 30 minutes.');
          }}
        />
      );
    case 'passwordReset':
      return (
        <Form
          action="Set password"
          fields={[NEW_PASSWORD]}
          submit={async ({ password = '' }) => {
            await recovery.resetPassword(view.token, password);
            done('Your password is changed, and all your sessions have ended. Sign in with the new one.');
          }}
        />
      );
    case 'emailVerify':
      return <Verification token={view.token} done={done} />;
  }
}

/** Uses the link at once: there is nothing to enter. */
function Verification({ token, done }: { readonly token: string; readonly done: (outcome: string) => void }) {
  const { problem, run } = useTask();
  const hasBegun = useRef(false);
  useEffect(() => {
    if (hasBegun.current) return; // in development, React runs effects twice
    hasBegun.current = true;
    void run(async () => done(`${await recovery.verifyEmail(token)} is now the e-mail address of your account.`));
  });
  return (
    <p className="problem" role="alert">
      {problem}
    </p>
  );
}

interface Field {
  readonly name: 'username' | 'email' | 'password';
  readonly label: string;
  readonly autoComplete: string;
  readonly isRequired: boolean;
}

const USERNAME: Field = { name: 'username', label: 'Username', autoComplete: 'username', isRequired: true };
const EMAIL: Field = { name: 'email', label: 'E-mail address', autoComplete: 'email', isRequired: false };
const NEW_PASSWORD: Field = { name: 'password', label: 'New password', autoComplete: 'new-password', isRequired: true };

interface FormProps {
  readonly action: string;
  readonly fields: readonly Field[];
  readonly submit: (values: Partial<Record<Field['name'], string>>) => Promise<void>;
}

function Form({ action, fields, submit }: FormProps) {
  const { isBusy, problem, run } = useTask();
  function onSubmit(event: SyntheticEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.currentTarget)) as Parameters<FormProps['submit']>[0];
    void run(() => submit(values));
  }
  return (
    <form className="card" onSubmit={onSubmit}>
      {fields.map(({ name, label, autoComplete, isRequired }) => (
        <label key={name}>
          {label}
          <input
            name={name}
            type={name === 'username' ? 'text' : name}
            autoComplete={autoComplete}
            autoCapitalize="none"
            spellCheck={false}
            required={isRequired}
          />
        </label>
      ))}
      <p className="problem" role="alert">
        {problem}
      </p>
      <button className="primary" type="submit" aria-disabled={isBusy}>
        {action}
      </button>
    </form>
  );
}
