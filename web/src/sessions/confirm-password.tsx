import { useSignal } from '@preact/signals';
import { errorOf } from '../http/field.js';
import { confirmPassword, devicesProblem } from './devices.js';
import { PasswordField } from './password-field.js';

/** For a session whose password was verified too long ago. */
export function ConfirmPassword() {
  const password = useSignal('');
  const submit = (event: Event): void => {
    event.preventDefault();
    void confirmPassword(password.value);
  };
  return (
    <form class="form" onSubmit={submit} data-testid="confirm-password">
      <PasswordField
        label="Your password, to sign out other devices"
        error={errorOf(devicesProblem.value, 'password')}
        password={password}
      />
      <button type="submit">Confirm</button>
    </form>
  );
}
