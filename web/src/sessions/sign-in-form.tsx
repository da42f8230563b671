import { useSignal } from '@preact/signals';
import { errorOf, Field } from '../http/field.js';
import { PasswordField } from './password-field.js';
import { sessionBusy, sessionProblem, signIn } from './session.js';

/** The fields that show their errors. */
export const signInFields = ['username', 'password', 'device'] as const;

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

  const errorFor = (field: (typeof signInFields)[number]) => errorOf(sessionProblem.value, field);

  return (
    <form class="form" onSubmit={submit}>
      <Field label="Account" error={errorFor('username')}>
        {(attributes) => (
          <input
            {...attributes}
            autocomplete="username"
            list="demo-accounts"
            required
            value={username}
            onInput={(event) => (username.value = event.currentTarget.value)}
          />
        )}
      </Field>
      <datalist id="demo-accounts">
        <option value="ada" />
        <option value="grace" />
      </datalist>
      <PasswordField label="Password" error={errorFor('password')} password={password} />
      <Field label="Device" error={errorFor('device')}>
        {(attributes) => (
          <input
            {...attributes}
            maxLength={60}
            placeholder="named by the browser"
            value={device}
            onInput={(event) => (device.value = event.currentTarget.value)}
          />
        )}
      </Field>
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
