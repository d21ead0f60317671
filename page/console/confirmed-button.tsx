import { useId, useRef } from 'react';

interface ConfirmedButtonProps {
  readonly label: string;
  /** What will happen, as a question. */
  readonly question: string;
  /** Whether what was asked for before is still being done. */
  readonly isBusy: boolean;
  readonly onConfirm: () => void;
}

/** A button for what somebody else will notice: it asks first. Escape leaves all as it is, and focus where it was. */
export function ConfirmedButton({ label, question, isBusy, onConfirm }: ConfirmedButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const questionId = useId();
  return (
    <>
      <button aria-disabled={isBusy} onClick={() => isBusy || dialog.current?.showModal()}>
        {label}
      </button>
      <dialog ref={dialog} aria-labelledby={questionId}>
        <form method="dialog">
          <p id={questionId}>{question}</p>
          <button>Cancel</button>
          <button className="danger" onClick={onConfirm}>
            {label}
          </button>
        </form>
      </dialog>
    </>
  );
}
