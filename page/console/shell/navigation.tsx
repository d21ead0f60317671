import { useEffect, useRef } from 'react';
import type { Features } from '../../features.ts';
import { linkTo } from './use-route.ts';

/** A view that the navigation leads to. */
export interface Entry {
  readonly view: string;
  readonly title: string;
}

const FOR_ADMINS: readonly Entry[] = [
  { view: 'overview', title: 'Overview' },
  { view: 'users', title: 'Users' },
  { view: 'sessions', title: 'Sessions' },
  { view: 'keys', title: 'Keys' },
  { view: 'services', title: 'Services' },
  { view: 'activity', title: 'Activity' },
  { view: 'audit', title: 'Audit' },
  { view: 'settings', title: 'Settings' },
];
const FOR_USERS: readonly Entry[] = [
  { view: 'sessions', title: 'Sessions' },
  { view: 'security', title: 'Security' },
  { view: 'account', title: 'Account' },
];

/** What there is for an admin or a user, where the server has it on. The first is where they begin. */
export const entriesFor = (isAdmin: boolean, features: Features): readonly Entry[] =>
  isAdmin ? FOR_ADMINS.filter(({ view }) => view !== 'audit' || features.has('notices')) : FOR_USERS;

interface Props {
  readonly entries: readonly Entry[];
  readonly current: string;
}

export function Navigation({ entries, current }: Props) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where the navigation is a line that scrolls.
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current, entries.length]);
  return (
    <nav aria-label="Console" ref={nav}>
      <ul>
        {entries.map(({ view, title }) => (
          <li key={view}>
            <a href={linkTo(view)} aria-current={view === current ? 'page' : undefined}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
