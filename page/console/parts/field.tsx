import type { InputHTMLAttributes } from 'react';

interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange'> {
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
  /** What is expected. */
  readonly hint?: string;
}

/** A text field with its label. */
export function Field({ label, value, set, hint, ...input }: FieldProps) {
  return (
    <label>
      {label}
      <input {...input} value={value} onChange={({ target }) => set(target.value)} />
      {hint !== undefined && <small>{hint}</small>}
    </label>
  );
}
