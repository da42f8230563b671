import { useSignal } from '@preact/signals';
import { errorOf, Field } from '../http/field.js';
import { confirmPassword, devicesProblem } from './devices.js';

/** For a session whose password was verified too long ago. */
export function ConfirmPassword() {
  const password = useSignal('');
  const submit = (event: Event): void => {
    event.preventDefault();
    void confirmPassword(password.value);
  };
  return (
    <form class="form" onSubmit={submit} data-testid="confirm-password">
      <Field
        label="Your password, to sign out other devices"
        error={errorOf(devicesProblem.value, 'password')}
      >
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
      <button type="submit">Confirm</button>
    </form>
  );
}
