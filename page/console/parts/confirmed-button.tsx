import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useState } from 'react';

interface ConfirmedButtonProps {
  readonly label: string;
  /** The question that asks for confirmation. */
  readonly question: string;
  /** What follows from it, where that is not plain. */
  readonly consequence?: string;
  /** Whether what was asked for before is still being done. */
  readonly isBusy: boolean;
  /** It takes something from somebody. */
  readonly isDanger?: boolean;
  readonly onConfirm: () => void;
}

/** A button that asks for confirmation, for changes that affect other people. Escape cancels and keeps the focus. */
export function ConfirmedButton(props: ConfirmedButtonProps) {
  const { label, question, consequence, isBusy, isDanger = false, onConfirm } = props;
  const [isOpen, setIsOpen] = useState(false);
  const tone = isDanger ? 'danger' : undefined;
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(open) => setIsOpen(open && !isBusy)}>
      <AlertDialog.Trigger className={tone} aria-disabled={isBusy}>
        {label}
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog console">
          <AlertDialog.Title>{question}</AlertDialog.Title>
          {consequence !== undefined && <AlertDialog.Description>{consequence}</AlertDialog.Description>}
          <div className="actions">
            <AlertDialog.Close>Cancel</AlertDialog.Close>
            <AlertDialog.Close className={tone ?? 'primary'} onClick={onConfirm}>
              {label}
            </AlertDialog.Close>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
