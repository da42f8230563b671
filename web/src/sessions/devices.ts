import { signal } from '@preact/signals';
import type { DeviceSession } from '../../../src/sessions/sessions.wire.js';
import { postJson, request, type Problem } from '../http/request.js';
import { session } from './session.js';
import { sessionEvents } from './session-feed.js';

/** The sessions of the visitor's account, newest first; null before the first answer. */
export const devices = signal<DeviceSession[] | null>(null);
/** The problem of the last request about devices; null if it succeeded. */
export const devicesProblem = signal<Problem | null>(null);

export async function loadDevices(): Promise<void> {
  if (session.value.kind !== 'signed-in') return;
  const answer = await request<DeviceSession[]>('/api/sessions');
  devicesProblem.value = answer.ok ? null : answer.problem;
  if (answer.ok) devices.value = answer.body;
}

/** Loads the list again whenever a session begins or ends. Returns the function that stops it. */
export function watchDevices(): () => void {
  // Also called at once.
  const stop = sessionEvents.subscribe(() => void loadDevices());
  return () => {
    stop();
    devices.value = null;
    unconfirmed.value = null;
  };
}

/** Repeats what needs a recent password; null if nothing does. */
export const unconfirmed = signal<(() => Promise<void>) | null>(null);

/** Verifies the password, and then repeats what was refused without it. */
export async function confirmPassword(password: string): Promise<void> {
  const answer = await request('/api/sessions/current/authentication', postJson({ password }));
  devicesProblem.value = answer.ok ? null : answer.problem;
  if (!answer.ok) return;
  const repeat = unconfirmed.value;
  unconfirmed.value = null;
  await repeat?.();
}

export async function signOutDevice(handle: string): Promise<void> {
  await changeDevices(`/api/sessions/${encodeURIComponent(handle)}`, { method: 'DELETE' });
}

/** Without cookies, so that this page keeps its own session. */
export async function signInSecondDevice(username: string): Promise<void> {
  const credentials = { username, password: 'correct horse battery staple', device: 'second device' };
  await changeDevices('/api/sessions', { ...postJson(credentials), credentials: 'omit' });
}

async function changeDevices(path: string, init: RequestInit): Promise<void> {
  const answer = await request(path, init);
  if (!answer.ok && answer.problem.code === 'E_NOT_RECENTLY_SIGNED_IN') {
    unconfirmed.value = () => changeDevices(path, init);
    return;
  }
  await loadDevices();
  if (!answer.ok) devicesProblem.value = answer.problem;
}
