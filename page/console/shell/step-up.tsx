import { useCallback, useRef, useState, type SubmitEvent } from 'react';
import type { AccountApi } from '../../../src/client/account.ts';
import { TokenRequestError } from '../../../src/client/index.ts';
import type { WhoFragment } from '../../generated/console-operations.ts';
import { useTask } from '../../problems/use-task.ts';
import { Field } from '../parts/field.tsx';
import { Modal } from '../parts/modal.tsx';

/** What waits for a recent sign-in. */
interface Waiting {
  readonly done: () => void;
  readonly give: (error: Error) => void;
}

/** Asks for the password where the server wants a recent sign-in, and then does once more what was refused. */
export function useStepUp() {
  const [isAsked, setIsAsked] = useState(false);
  const waiting = useRef<Waiting[]>([]);
  const settle = useCallback((end: (one: Waiting) => void) => {
    setIsAsked(false);
    for (const one of waiting.current.splice(0)) end(one);
  }, []);
  const withStepUp = useCallback(async <Result,>(task: () => Promise<Result>): Promise<Result> => {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof TokenRequestError) || error.reason !== 'step_up_required') throw error;
      setIsAsked(true);
      await new Promise<void>((done, give) => waiting.current.push({ done, give }));
      return task();
    }
  }, []);
  return { isAsked, settle, withStepUp };
}

interface Props {
  readonly account: AccountApi;
  readonly me: WhoFragment | undefined;
  readonly stepUp: ReturnType<typeof useStepUp>;
  readonly hasSecondFactor: boolean;
}

export function StepUpDialog({ account, me, stepUp: { isAsked, settle }, hasSecondFactor }: Props) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const { isBusy, problem, run } = useTask();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(async () => {
      await account.stepUp({ password, ...(code !== '' && { code }) });
      setPassword('');
      setCode('');
      settle(({ done }) => done());
    });
  };
  const cancel = () =>
    settle(({ give }) => give(new Error('Nothing was changed: you did not confirm that it is you.')));
  return (
    <Modal title="Confirm that it is you" isOpen={isAsked} onClose={cancel}>
      <p>Your sign-in is too long ago for this. Enter the password of {me?.username ?? 'your account'}.</p>
      <form onSubmit={submit}>
        <Field
          label="Password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          set={setPassword}
        />
        {hasSecondFactor && (
          <Field label="Code, if you have a second factor" autoComplete="one-time-code" value={code} set={setCode} />
        )}
        <p role="alert">{problem}</p>
        <div className="actions">
          <button type="button" onClick={cancel}>
            Cancel
          </button>
          <button className="primary" aria-disabled={isBusy}>
            Confirm
          </button>
        </div>
      </form>
    </Modal>
  );
}
