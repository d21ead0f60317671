import {
  ActivityDocument,
  AuditDocument,
  KeysDocument,
  UserTotalDocument,
} from '../../generated/console-operations.ts';
import { Answered } from '../parts/answered.tsx';
import { EventList } from '../parts/event-list.tsx';
import { Section, ViewHeading } from '../parts/section.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { linkTo } from '../shell/use-route.ts';
import { useConsole } from '../use-console.ts';

/** For admins: what there is, and what happened lately. */
export function OverviewView() {
  const { api, features } = useConsole();
  const users = useAnswer(api, UserTotalDocument, {});
  return (
    <>
      <ViewHeading title="Overview" />
      <Answered answer={users} what="totals">
        {({ users: { totalCount } }) => (
          <>
            {totalCount < 2 && <FirstSteps />}
            <Totals users={totalCount} />
          </>
        )}
      </Answered>
      {features.has('notices') && <LatestEvents />}
    </>
  );
}

function Totals({ users }: { readonly users: number }) {
  const { api } = useConsole();
  const activity = useAnswer(api, ActivityDocument, { hours: 24 });
  const keys = useAnswer(api, KeysDocument, {});
  return (
    <>
      <dl className="tiles">
        <Tile href={linkTo('users')} title="Users" value={users.toLocaleString('en')} />
        {keys.data && (
          <Tile
            href={linkTo('keys')}
            title="Signing key"
            value={keys.data.keys.find(({ state }) => state === 'SIGNING')?.algorithm ?? 'None'}
          />
        )}
      </dl>
      <Section title="The last day" tools={<a href={linkTo('activity')}>Activity</a>}>
        <Answered answer={activity} what="activity">
          {({ activity: hours }) => (
            <dl className="tiles">
              <Tile title="Sign-ins" value={sum(hours.map(({ signIns }) => signIns))} />
              <Tile title="Refused sign-ins" value={sum(hours.map(({ refusals }) => refusals))} />
              <Tile title="Refreshes" value={sum(hours.map(({ refreshes }) => refreshes))} />
              <Tile title="Reused tokens" value={sum(hours.map(({ reuses }) => reuses))} />
            </dl>
          )}
        </Answered>
      </Section>
    </>
  );
}

const sum = (counts: readonly number[]): string => counts.reduce((one, other) => one + other, 0).toLocaleString('en');

interface TileProps {
  readonly title: string;
  readonly value: string;
  readonly href?: string;
}

const Tile = ({ title, value, href }: TileProps) => (
  <div>
    <dt>{href === undefined ? title : <a href={href}>{title}</a>}</dt>
    <dd>{value}</dd>
  </div>
);

function LatestEvents() {
  const { api } = useConsole();
  const answer = useAnswer(api, AuditDocument, { first: 5, after: null });
  return (
    <Section title="Latest events" tools={<a href={linkTo('audit')}>Audit</a>}>
      <Answered answer={answer} what="events">
        {({ auditEvents: { nodes } }) => <EventList events={nodes} isNamed />}
      </Answered>
    </Section>
  );
}

/** For admins who see the console for the first time. */
function FirstSteps() {
  const { features } = useConsole();
  return (
    <Section title="First steps" about="You are the only user so far.">
      <ol>
        <li>
          {features.has('userAdministration') ? (
            <>
              Add a user under <a href={linkTo('users')}>Users</a>.
            </>
          ) : (
            <>
              Create a user with the command <code>graphql-simplejwt users create NAME</code>, or set{' '}
              <code>USER_ADMINISTRATION=on</code> to add users here.
            </>
          )}
        </li>
        <li>
          Sign in as that user in your application, or in GraphiQL, and see the session under{' '}
          <a href={linkTo('users')}>Users</a>.
        </li>
        <li>
          Before production, use a key ring (<code>JWT_KEYS_DIR</code>), so that keys can be rotated under{' '}
          <a href={linkTo('keys')}>Keys</a>.
        </li>
      </ol>
    </Section>
  );
}
