import { useSignal } from '@preact/signals';
import { sessionBusy, signIn } from './session.js';

/** Filled in with a demo account, so that one click signs in. */
export function SignInForm() {
  const username = useSignal('ada');
  const password = useSignal('correct horse battery staple');
  const device = useSignal('');
  const remember = useSignal(false);

  const submit = (event: Event): void => {
    event.preventDefault();
    void signIn({
      username: username.value,
      password: password.value,
      remember: remember.value,
      ...(device.value !== '' && { device: device.value }),
    });
  };

  return (
    <form class="form" onSubmit={submit}>
      <label>
        Account
        <input
          autocomplete="username"
          list="demo-accounts"
          required
          value={username}
          onInput={(event) => (username.value = event.currentTarget.value)}
        />
        <datalist id="demo-accounts">
          <option value="ada" />
          <option value="grace" />
        </datalist>
      </label>
      <label>
        Password
        <input
          type="password"
          autocomplete="current-password"
          required
          value={password}
          onInput={(event) => (password.value = event.currentTarget.value)}
        />
      </label>
      <label>
        Device
        <input
          maxLength={60}
          placeholder="named by the browser"
          value={device}
          onInput={(event) => (device.value = event.currentTarget.value)}
        />
      </label>
      <label class="choice">
        <input
          type="checkbox"
          checked={remember}
          onChange={(event) => (remember.value = event.currentTarget.checked)}
        />
        Stay signed in, also after the browser is closed
      </label>
      <button type="submit" class="primary" disabled={sessionBusy} data-testid="sign-in">
        Sign in
      </button>
    </form>
  );
}
