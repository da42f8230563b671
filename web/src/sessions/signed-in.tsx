import type { CurrentSession } from '../../../src/sessions/sessions.wire.js';
import { Term } from '../page/term.js';
import { now } from '../time/now.js';
import { formatClock, formatCountdown } from '../time/format-time.js';
import { loadSession, sessionBusy, signOut } from './session.js';

export function SignedIn({ session }: { session: CurrentSession }) {
  return (
    <>
      <p class="who">
        Signed in as{' '}
        <strong data-testid="signed-in-user">
          <bdi>{session.username}</bdi>
        </strong>
      </p>
      <dl class="facts">
        <Term name="device">
          <bdi>{session.device ?? 'not named'}</bdi>
        </Term>
        <Term name="signed in at">{formatClock(session.createdAt)}</Term>
        <Term name="last seen at">{formatClock(session.lastSeenAt)}</Term>
        <Term name="expires if idle in">
          <Countdown until={session.idleExpiresAt} />
        </Term>
        <Term name="expires in any case in">
          <Countdown until={session.absoluteExpiresAt} />
        </Term>
      </dl>
      <div class="actions">
        <button type="button" onClick={() => void loadSession()}>
          Refresh
        </button>
        <button type="button" disabled={sessionBusy} data-testid="sign-out" onClick={() => void signOut()}>
          Sign out
        </button>
      </div>
      <p class="hint">
        A refresh counts as activity: the idle countdown starts again, at most once a minute. Changes and the
        end of the session arrive over a websocket, which does not count.
      </p>
    </>
  );
}

function Countdown({ until }: { until: string }) {
  const remainingMs = Date.parse(until) - now.value;
  return remainingMs > 0 ? <>{formatCountdown(remainingMs)}</> : <>over, refresh</>;
}
