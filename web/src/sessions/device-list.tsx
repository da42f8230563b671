import { useEffect } from 'preact/hooks';
import type { DeviceSession } from '../../../src/sessions/sessions.wire.js';
import { ProblemNote } from '../http/problem-note.js';
import { formatClock } from '../time/format-time.js';
import { ConfirmPassword } from './confirm-password.js';
import {
  devices,
  devicesProblem,
  signInSecondDevice,
  signOutDevice,
  unconfirmed,
  watchDevices,
} from './devices.js';

/** This page under the other name of this machine, where it is another visitor; null if it is reached by neither name. */
const secondOrigin = ((): string | null => {
  const others: Record<string, string | undefined> = { localhost: '127.0.0.1', '127.0.0.1': 'localhost' };
  const other = others[location.hostname];
  return other === undefined ? null : location.origin.replace(location.hostname, other);
})();

/** In a window of its own, so that both are visible. */
function openBeside(event: MouseEvent): void {
  const { href, target } = event.currentTarget as HTMLAnchorElement;
  if (window.open(href, target, 'popup,width=520,height=900') !== null) event.preventDefault();
}

/** Everywhere the account is signed in. */
export function DeviceList({ username }: { username: string }) {
  useEffect(watchDevices, []);
  return (
    <section class="panel" aria-labelledby="devices-title">
      <h2 id="devices-title">Devices</h2>
      <p class="lead">Each device has a session of its own. Signing one out closes its websockets at once.</p>
      <ProblemNote problem={devicesProblem.value} beside={unconfirmed.value === null ? [] : ['password']} />
      {unconfirmed.value !== null && <ConfirmPassword />}
      {devices.value === null ? (
        <p class="empty">Loading the devices.</p>
      ) : (
        <ul class="devices" data-testid="devices">
          {devices.value.map((device) => (
            <Device key={device.handle} {...device} />
          ))}
        </ul>
      )}
      <div class="actions">
        <button type="button" data-testid="second-device" onClick={() => void signInSecondDevice(username)}>
          Sign in a second device
        </button>
        {secondOrigin !== null && (
          <a class="button" href={`${secondOrigin}/#/sessions`} target="second-device" onClick={openBeside}>
            Open a second device in a window
          </a>
        )}
      </div>
      {secondOrigin !== null && (
        <p class="hint">
          The window shows this page at {new URL(secondOrigin).hostname}, for which the browser keeps other
          cookies. Sign in there, and sign that device out here: its window shows it within a second.
        </p>
      )}
    </section>
  );
}

function Device({ handle, device, address, createdAt, lastSeenAt, current }: DeviceSession) {
  const name = device ?? 'device without a name';
  return (
    <li aria-current={current || undefined}>
      <div>
        <strong>
          <bdi>{name}</bdi>
        </strong>{' '}
        {current && <span class="badge">this page</span>}
        <p class="hint">
          signed in at {formatClock(createdAt)}
          {address !== null && ` from ${address}`}, last used at {formatClock(lastSeenAt)}
        </p>
      </div>
      {!current && (
        <button type="button" aria-label={`Sign out ${name}`} onClick={() => void signOutDevice(handle)}>
          Sign out that one
        </button>
      )}
    </li>
  );
}
