import { useState, type SubmitEvent } from 'react';
import { EmailChangeDocument } from '../../generated/console-operations.ts';
import { Field } from '../parts/field.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Section, ViewHeading } from '../parts/section.tsx';
import { formatDay } from '../parts/times.ts';
import { useChange } from '../parts/use-change.ts';
import { useConsole } from '../use-console.ts';
import { Leaving } from './leaving.tsx';

export function AccountView() {
  return (
    <>
      <ViewHeading title="Account" />
      <AccountSections />
    </>
  );
}

/** Who the user is, and how they leave. */
export function AccountSections() {
  const { me, features } = useConsole();
  return (
    <>
      <Section title="Details">
        <dl className="facts">
          <dt>Name</dt>
          <dd>{me.username}</dd>
          {me.roles.length > 0 && (
            <>
              <dt>Roles</dt>
              <dd>{me.roles.join(', ')}</dd>
            </>
          )}
          <dt>Member since</dt>
          <dd>{formatDay(me.createdAt)}</dd>
        </dl>
      </Section>
      {features.has('email') && <Email />}
      {features.has('accountSelfService') && <Leaving />}
    </>
  );
}

function Email() {
  const { api, me } = useConsole();
  const [email, setEmail] = useState('');
  const [currentPassword, setPassword] = useState('');
  const { isBusy, done, problem, change } = useChange();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    change(`Open the link that was sent to ${email}. Until then nothing changes.`, async () => {
      await api(EmailChangeDocument, { currentPassword, email });
      setPassword('');
    });
  };
  return (
    <Section title="E-mail address">
      <p>
        {me.email ?? 'None yet.'} {me.emailVerified === false && <span className="tag warn">not verified</span>}
      </p>
      <form onSubmit={submit} className="line">
        <Field label="New e-mail address" type="email" autoComplete="email" required value={email} set={setEmail} />
        <Field
          label="Password"
          type="password"
          autoComplete="current-password"
          required
          value={currentPassword}
          set={setPassword}
        />
        <button aria-disabled={isBusy}>Send link</button>
      </form>
      <Outcome done={done} problem={problem} />
    </Section>
  );
}
