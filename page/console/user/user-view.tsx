import { UserDocument, type WhoFragment } from '../../generated/console-operations.ts';
import { Answered } from '../parts/answered.tsx';
import { Section, ViewHeading } from '../parts/section.tsx';
import { formatMoment } from '../parts/times.ts';
import { useAnswer } from '../parts/use-answer.ts';
import { linkTo } from '../shell/use-route.ts';
import { useConsole } from '../use-console.ts';
import { UserTags } from '../views/users-view.tsx';
import { UserActions } from './user-actions.tsx';
import { UserDanger } from './user-danger.tsx';
import { UserEvents } from './user-events.tsx';
import { UserRoles } from './user-roles.tsx';
import { UserSessions } from './user-sessions.tsx';

/** For admins: one account, with all that can be done to it. What takes something away stands at the end. */
export function UserView({ id }: { readonly id: string }) {
  const { api, me, features } = useConsole();
  const answer = useAnswer(api, UserDocument, { id });
  const { retry } = answer;
  return (
    <Answered answer={answer} what="the user">
      {({ user }) =>
        user === null ? (
          <ViewHeading title="No such user" about={<a href={linkTo('users')}>All users</a>} />
        ) : (
          <>
            <ViewHeading title={user.username} about={<a href={linkTo('users')}>All users</a>}>
              <p className="actions">
                {user.id === me.id && <span className="tag">you</span>}
                <UserTags user={user} />
              </p>
            </ViewHeading>
            <Details user={user} />
            <UserSessions user={user} />
            {features.has('roles') && <UserRoles user={user} onChange={retry} />}
            {features.has('notices') && <UserEvents userId={id} />}
            {user.id === me.id ? (
              <Section title="Actions" about="This is your own account: other admins can change it, you cannot.">
                <a href={linkTo('settings')}>Your settings</a>
              </Section>
            ) : (
              <>
                <UserActions user={user} onChange={retry} />
                <UserDanger user={user} onChange={retry} />
              </>
            )}
          </>
        )
      }
    </Answered>
  );
}

function Details({ user }: { readonly user: WhoFragment }) {
  return (
    <Section title="Details">
      <p className={user.isActive ? 'quiet' : 'bad'}>{signInOf(user)}</p>
      <dl className="facts">
        <dt>Name</dt>
        <dd>{user.username}</dd>
        {user.email !== null && (
          <>
            <dt>E-mail address</dt>
            <dd>
              {user.email} {user.emailVerified === false && <span className="tag warn">not verified</span>}
            </dd>
          </>
        )}
        <dt>ID</dt>
        <dd>
          <code>{user.id}</code>
        </dd>
        <dt>Created</dt>
        <dd>{formatMoment(user.createdAt)}</dd>
        {user.lastLogin !== null && (
          <>
            <dt>Last sign-in</dt>
            <dd>{formatMoment(user.lastLogin)}</dd>
          </>
        )}
      </dl>
    </Section>
  );
}

/** Whether they can sign in, and if not, why. */
function signInOf({ isActive, email, emailVerified }: WhoFragment): string {
  if (!isActive) return 'Cannot sign in: the account is deactivated. Activate it under Actions.';
  if (email !== null && emailVerified === false)
    return 'Can sign in with the name, and not with the e-mail address, which is not verified.';
  return 'Can sign in. If they say they cannot, look for guessing or a changed password among the events, then reset the password.';
}
