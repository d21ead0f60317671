import { useState } from 'react';
import { createRecoveryApi, type MailLink } from '../../../src/client/recovery.ts';
import { Bar } from '../../bar/bar.tsx';
import { DemoBanner } from '../../bar/demo-banner.tsx';
import { SignInForm } from '../../bar/sign-in-form.tsx';
import type { Features } from '../../features.ts';
import { useFocus } from '../shell/use-focus.ts';
import { Register } from './register.tsx';
import { AskForReset, ResetPassword, VerifyEmail } from './recovery.tsx';

interface Props {
  readonly features: Features;
  /** By which the page was opened. */
  readonly link: MailLink | null;
  readonly why: string | null;
  readonly onDone: () => void;
}

type Task = 'sign-in' | 'forgot' | 'register';

/** What somebody sees who is not signed in, or comes by the link of a mail. */
export function VisitorPage({ features, link, why, onDone }: Props) {
  const [recovery] = useState(() => createRecoveryApi({ url: '/graphql' }));
  const [task, setTask] = useState<Task>('sign-in');
  const back = () => setTask('sign-in');
  useFocus('visitor');
  return (
    <>
      <Bar name="console" link={features.has('graphiql') ? { href: '/graphql', text: 'GraphiQL' } : null} />
      <DemoBanner />
      <main className="console visitor">
        {link?.purpose === 'passwordReset' && <ResetPassword recovery={recovery} token={link.token} onDone={onDone} />}
        {link?.purpose === 'emailVerify' && <VerifyEmail recovery={recovery} token={link.token} onDone={onDone} />}
        {link === null && task === 'forgot' && <AskForReset recovery={recovery} onBack={back} />}
        {link === null && task === 'register' && (
          <Register recovery={recovery} hasEmail={features.has('email')} onBack={back} />
        )}
        {link === null && task === 'sign-in' && (
          <section className="card" aria-labelledby="sign-in">
            <h2 id="sign-in">Sign in</h2>
            <SignInForm why={why} />
            <div className="actions">
              {features.has('passwordReset') && (
                <button onClick={() => setTask('forgot')}>Forgot your password?</button>
              )}
              {features.has('registration') && <button onClick={() => setTask('register')}>Create an account</button>}
            </div>
          </section>
        )}
      </main>
    </>
  );
}
