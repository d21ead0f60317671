import { useState, type SubmitEvent } from 'react';
import { Field } from '../parts/field.tsx';
import { Modal } from '../parts/modal.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Section } from '../parts/section.tsx';
import { useChange } from '../parts/use-change.ts';
import { useConsole } from '../use-console.ts';

/** Taking one's data along, and deleting the account. */
export function Leaving() {
  const { account, me, withStepUp } = useConsole();
  const [isOpen, setIsOpen] = useState(false);
  const { isBusy, done, problem, change } = useChange();
  const exportData = () =>
    change('Your data was saved as a file.', async () =>
      saveAs('account.json', await withStepUp(() => account.exportAccount())),
    );
  return (
    <>
      <Section
        title="Your data"
        about={`Everything that is stored about you, as JSON.${me.isAdmin ? ' Admins cannot delete their own account.' : ''}`}
      >
        <div className="actions">
          <button aria-disabled={isBusy} onClick={exportData}>
            Export data
          </button>
        </div>
        <Outcome done={done} problem={problem} />
      </Section>
      {!me.isAdmin && (
        <Section title="Danger zone" isDanger>
          <div className="actions">
            <button className="danger" onClick={() => setIsOpen(true)}>
              Delete account
            </button>
          </div>
          <Modal title="Delete your account for good?" isOpen={isOpen} onClose={() => setIsOpen(false)}>
            <DeleteForm onClose={() => setIsOpen(false)} />
          </Modal>
        </Section>
      )}
    </>
  );
}

function DeleteForm({ onClose }: { readonly onClose: () => void }) {
  const { account, features, withStepUp } = useConsole();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const { isBusy, problem, change } = useChange();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    change('', () => withStepUp(() => account.deleteAccount({ password, ...(code !== '' && { code }) })));
  };
  return (
    <form onSubmit={submit}>
      <p>All your sessions end. This cannot be undone.</p>
      <Field
        label="Password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        set={setPassword}
      />
      {features.has('secondFactor') && (
        <Field label="Code, if you have a second factor" autoComplete="one-time-code" value={code} set={setCode} />
      )}
      <p role="alert">{problem}</p>
      <div className="actions">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button className="danger" aria-disabled={isBusy}>
          Delete account
        </button>
      </div>
    </form>
  );
}

function saveAs(name: string, data: unknown): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
