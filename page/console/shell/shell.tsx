import { useMemo, useState } from 'react';
import { createAccountApi } from '../../../src/client/account.ts';
import type { TokenStore } from '../../../src/client/index.ts';
import { Bar } from '../../bar/bar.tsx';
import { MeDocument } from '../../generated/console-operations.ts';
import { useTask } from '../../problems/use-task.ts';
import { createApi } from '../create-api.ts';
import type { Features } from '../../features.ts';
import { Answered } from '../parts/answered.tsx';
import { TIME_ZONE } from '../parts/times.ts';
import { useAnswer } from '../parts/use-answer.ts';
import { ConsoleContext, type ConsoleParts } from '../use-console.ts';
import { View } from '../views/view.tsx';
import { entriesFor, Navigation } from './navigation.tsx';
import { Notices } from './notices.tsx';
import { StepUpDialog, useStepUp } from './step-up.tsx';
import { useFocus } from './use-focus.ts';
import { useLive } from './use-live.ts';
import { useRoute } from './use-route.ts';

interface ShellProps {
  readonly tokens: TokenStore;
  readonly features: Features;
  readonly signOut: () => Promise<void>;
}

/** What a signed-in user sees: who they are, where they can go, and the view they are at. */
export function Shell({ tokens, features, signOut }: ShellProps) {
  const [plain] = useState(() => createApi(tokens));
  const [account] = useState(() => createAccountApi({ tokens }));
  const stepUp = useStepUp();
  const { withStepUp } = stepUp;
  const api = useMemo<typeof plain>(
    () => (document, variables) => withStepUp(() => plain(document, variables)),
    [plain, withStepUp],
  );
  const [ownChanges, setOwnChanges] = useState(0);
  const live = useLive(tokens, features.has('subscriptions'));
  const answer = useAnswer(api, MeDocument, {});
  const route = useRoute();
  const { isBusy, problem, run } = useTask();
  const me = answer.data?.me;
  const entries = me === undefined ? [] : entriesFor(me.isAdmin, features);
  const view = route.view === '' ? (entries[0]?.view ?? '') : route.view;
  const parts: ConsoleParts | null =
    me === undefined
      ? null
      : {
          api,
          tokens,
          account,
          features,
          me,
          reload: answer.retry,
          changes: live.changes + ownChanges,
          noteChange: () => setOwnChanges((count) => count + 1),
          withStepUp,
        };
  useFocus(me === undefined ? null : `${view}/${route.id ?? ''}`);
  return (
    <>
      <Bar name="console" link={features.has('graphiql') ? { href: '/graphql', text: 'GraphiQL' } : null}>
        <p className="problem" role="alert">
          {problem}
        </p>
        <div className="signed-in">
          <p className="user">
            <span className="visually-hidden">Signed in as</span> {me?.username}
          </p>
          <button aria-disabled={isBusy} onClick={() => void run(signOut)}>
            Sign out
          </button>
        </div>
      </Bar>
      <div className="frame">
        <Navigation entries={entries} current={view} />
        <main className="console">
          <Notices last={live.last} />
          <Answered answer={answer} what="your account">
            {() => parts && <ConsoleContext value={parts}>{<View name={view} id={route.id} />}</ConsoleContext>}
          </Answered>
          <footer>Times are in the time zone of this browser, {TIME_ZONE}.</footer>
        </main>
      </div>
      <StepUpDialog account={account} me={me} stepUp={stepUp} hasSecondFactor={features.has('secondFactor')} />
    </>
  );
}
