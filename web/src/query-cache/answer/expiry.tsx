import { computed, effect, signal } from '@preact/signals';
import { formatCountdown } from '../../time/format-time.js';
import { now } from '../../time/now.js';
import { lastAnswer, requestOnce } from '../request/query-requests.js';

/** Until the last answer is no longer fresh; null if it is not stored. */
const remainingMs = computed(() => {
  const expiresAt = lastAnswer.value?.expiresAt ?? null;
  return expiresAt === null ? null : expiresAt - now.value;
});
const isWaiting = signal(false);

effect(() => {
  if (!isWaiting.value) return;
  if (remainingMs.value !== null && remainingMs.value > 0) return;
  isWaiting.value = false;
  if (remainingMs.value !== null) void requestOnce();
});

export function TimeToLive() {
  const { value } = remainingMs;
  if (value === null) return <>not stored</>;
  return <>{value > 0 ? formatCountdown(value) : 'over'}</>;
}

/** Waits until the answer is no longer fresh, and requests it again. */
export function LetItExpire() {
  return (
    <button
      type="button"
      aria-pressed={isWaiting.value}
      disabled={remainingMs.value === null}
      data-testid="let-expire"
      onClick={() => (isWaiting.value = !isWaiting.value)}
    >
      {isWaiting.value ? `Requests again in ${formatCountdown(remainingMs.value ?? 0)}` : 'Let it expire'}
    </button>
  );
}
