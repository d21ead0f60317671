import { useState, type SubmitEvent } from 'react';
import {
  SessionRenameDocument,
  SessionRevokeDocument,
  SessionRevokeOthersDocument,
  SessionsDocument,
  type SessionRowFragment,
} from '../../generated/console-operations.ts';
import { useTask } from '../../problems/use-task.ts';
import { Answered } from '../parts/answered.tsx';
import { ConfirmedButton } from '../parts/confirmed-button.tsx';
import { deviceOf } from '../parts/device.tsx';
import { Field } from '../parts/field.tsx';
import { Modal } from '../parts/modal.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { ViewHeading } from '../parts/section.tsx';
import { SessionList } from '../parts/session-list.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { useChange } from '../parts/use-change.ts';
import { useConsole } from '../use-console.ts';

/** The user's own sessions, which can be revoked here. Live, where the server tells of them. */
export function SessionsView() {
  const { api, changes, features } = useConsole();
  const answer = useAnswer(api, SessionsDocument, {}, changes);
  const { isBusy, done, problem, change } = useChange();
  const revoke = (id: string) =>
    change('The session is revoked.', () => api(SessionRevokeDocument, { id }), answer.retry);
  const revokeOthers = () =>
    change('All other sessions are revoked.', () => api(SessionRevokeOthersDocument, {}), answer.retry);
  const tools = (session: SessionRowFragment) => <Rename session={session} onChange={answer.retry} />;
  return (
    <>
      <ViewHeading
        title="Sessions"
        about="Where you are signed in. Revoke what you do not know, and change your password."
      >
        <ConfirmedButton
          label="Revoke all others"
          question="Sign out everywhere but here?"
          isBusy={isBusy}
          isDanger
          onConfirm={revokeOthers}
        />
      </ViewHeading>
      <section className="card" aria-label="Your sessions">
        <Outcome done={done} problem={problem} />
        <Answered answer={answer} what="your sessions">
          {({ sessions }) => (
            <SessionList
              sessions={sessions}
              isBusy={isBusy}
              onRevoke={revoke}
              {...(features.has('deviceNames') && { tools })}
            />
          )}
        </Answered>
      </section>
    </>
  );
}

interface RenameProps {
  readonly session: SessionRowFragment;
  readonly onChange: () => Promise<void>;
}

function Rename({ session, onChange }: RenameProps) {
  const { api } = useConsole();
  const [isOpen, setIsOpen] = useState(false);
  const [deviceName, setDeviceName] = useState(deviceOf(session));
  const { isBusy, problem, run } = useTask();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(async () => {
      await api(SessionRenameDocument, { id: session.id, deviceName });
      await onChange();
      setIsOpen(false);
    });
  };
  return (
    <>
      <button onClick={() => setIsOpen(true)}>Rename</button>
      <Modal title="Rename device" isOpen={isOpen} onClose={() => setIsOpen(false)}>
        <form onSubmit={submit}>
          <Field label="Name of the device" required maxLength={64} value={deviceName} set={setDeviceName} />
          <p role="alert">{problem}</p>
          <div className="actions">
            <button type="button" onClick={() => setIsOpen(false)}>
              Cancel
            </button>
            <button className="primary" aria-disabled={isBusy}>
              Save
            </button>
          </div>
        </form>
      </Modal>
    </>
  );
}
