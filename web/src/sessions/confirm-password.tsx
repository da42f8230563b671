import { useSignal } from '@preact/signals';
import { confirmPassword } from './devices.js';

/** For a session whose password was verified too long ago. */
export function ConfirmPassword() {
  const password = useSignal('');
  const submit = (event: Event): void => {
    event.preventDefault();
    void confirmPassword(password.value);
  };
  return (
    <form class="form" onSubmit={submit} data-testid="confirm-password">
      <label>
        Your password, to sign out other devices
        <input
          type="password"
          autocomplete="current-password"
          required
          value={password}
          onInput={(event) => (password.value = event.currentTarget.value)}
        />
      </label>
      <button type="submit">Confirm</button>
    </form>
  );
}
