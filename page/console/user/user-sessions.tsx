import {
  UserRevokeSessionsDocument,
  UserSessionRevokeDocument,
  UserSessionsDocument,
  type WhoFragment,
} from '../../generated/console-operations.ts';
import { Answered } from '../parts/answered.tsx';
import { ConfirmedButton } from '../parts/confirmed-button.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Section } from '../parts/section.tsx';
import { SessionList } from '../parts/session-list.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { useChange } from '../parts/use-change.ts';
import { useConsole } from '../use-console.ts';

/** For admins: the sessions of a user, which can be revoked here. */
export function UserSessions({ user: { id: userId, username } }: { readonly user: WhoFragment }) {
  const { api } = useConsole();
  const answer = useAnswer(api, UserSessionsDocument, { userId });
  const { isBusy, done, problem, change } = useChange();
  const revoke = (id: string) =>
    change('The session is revoked.', () => api(UserSessionRevokeDocument, { userId, id }), answer.retry);
  const revokeAll = () =>
    change('All sessions are revoked.', () => api(UserRevokeSessionsDocument, { userId }), answer.retry);
  const hasSome = (answer.data?.userSessions.length ?? 0) > 0;
  return (
    <Section
      title="Sessions"
      tools={
        hasSome && (
          <ConfirmedButton
            label="Revoke all"
            question={`Sign ${username} out everywhere?`}
            consequence="All their sessions and access tokens end at once. They can sign in again."
            isBusy={isBusy}
            isDanger
            onConfirm={revokeAll}
          />
        )
      }
    >
      <Outcome done={done} problem={problem} />
      <Answered
        answer={answer}
        what={`the sessions of ${username}`}
        summary={({ userSessions }) => (userSessions.length === 0 ? 'No sessions.' : '')}
      >
        {({ userSessions }) => <SessionList sessions={userSessions} isBusy={isBusy} onRevoke={revoke} />}
      </Answered>
    </Section>
  );
}
