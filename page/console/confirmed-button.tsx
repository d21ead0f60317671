import { useId, useRef } from 'react';

interface ConfirmedButtonProps {
  readonly label: string;
  /** The question that asks for confirmation. */
  readonly question: string;
  /** Whether what was asked for before is still being done. */
  readonly isBusy: boolean;
  readonly onConfirm: () => void;
}

/** A button that asks for confirmation, for changes that affect other people. Escape cancels and keeps the focus. */
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
