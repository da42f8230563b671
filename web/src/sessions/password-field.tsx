import type { Signal } from '@preact/signals';
import { Field } from '../http/field.js';

interface PasswordFieldProps {
  label: string;
  error: string | undefined;
  password: Signal<string>;
}

export function PasswordField({ label, error, password }: PasswordFieldProps) {
  return (
    <Field label={label} error={error}>
      {(attributes) => (
        <input
          {...attributes}
          type="password"
          autocomplete="current-password"
          required
          value={password}
          onInput={(event) => (password.value = event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
