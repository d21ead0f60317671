import { Suspense } from 'react';
import { lazily } from '../../problems/lazily.tsx';
import { ViewHeading } from '../parts/section.tsx';
import { entriesFor } from '../shell/navigation.tsx';
import { useConsole } from '../use-console.ts';
import { AccountView } from '../own/account-view.tsx';
import { SecurityView } from '../own/security-view.tsx';
import { SessionsView } from '../own/sessions-view.tsx';
import { SettingsView } from '../own/settings-view.tsx';
import { UserView } from '../user/user-view.tsx';
import { AuditView } from './audit-view.tsx';
import { KeysView } from './keys-view.tsx';
import { OverviewView } from './overview-view.tsx';
import { ServicesView } from './services-view.tsx';
import { UsersView } from './users-view.tsx';

/** Brings the library of charts along. */
const ActivityView = lazily(async () => (await import('./activity-view.tsx')).ActivityView);

interface ViewProps {
  readonly name: string;
  readonly id: string | null;
}

/** One view of the console, by its address. */
export function View({ name, id }: ViewProps) {
  const { me, features } = useConsole();
  const isOwn = ['sessions', 'security', 'account'].includes(name);
  if (!isOwn && !entriesFor(me.isAdmin, features).some(({ view }) => view === name)) return <Unknown />;
  if (name === 'users') return id === null ? <UsersView /> : <UserView key={id} id={id} />;
  if (name === 'activity') {
    return (
      <Suspense fallback={<p role="status">Loading activity…</p>}>
        <ActivityView />
      </Suspense>
    );
  }
  const Known = VIEWS[name];
  return Known === undefined ? <Unknown /> : <Known />;
}

const VIEWS: Readonly<Record<string, () => React.JSX.Element>> = {
  overview: OverviewView,
  sessions: SessionsView,
  keys: KeysView,
  services: ServicesView,
  audit: AuditView,
  settings: SettingsView,
  security: SecurityView,
  account: AccountView,
};

const Unknown = () => (
  <ViewHeading
    title="Nothing here"
    about="There is no such view, or it is for admins only. Choose another in the navigation."
  />
);
