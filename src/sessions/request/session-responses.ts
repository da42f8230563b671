import { isIP } from 'node:net';
import type { Request } from 'express';
import type { SessionData } from 'express-session';
import type { SignedIn } from '../content/session-data.js';
import type { Lifetime, SessionLifetimes } from '../records/session-lifetimes.js';
import type { CurrentSession, DeviceSession } from '../sessions.wire.js';
import type { Device } from './devices.service.js';

/** A session object with a signed-in account. */
export type SignedInSession = Request['session'] & Required<Pick<SessionData, 'signedIn' | 'data'>>;

export function toCurrentSession(
  { signedIn, data }: SignedInSession,
  lifetime: Lifetime,
  lifetimes: SessionLifetimes,
): CurrentSession {
  const { accountId, username, device } = signedIn;
  return {
    accountId,
    username,
    device,
    createdAt: toIso(lifetime.createdAt),
    authenticatedAt: toIso(authenticatedAtOf(signedIn, lifetime)),
    lastSeenAt: toIso(lifetime.lastSeenAt),
    idleExpiresAt: toIso(lifetimes.idleEndOf(lifetime)),
    absoluteExpiresAt: toIso(lifetimes.absoluteEndOf(lifetime)),
    data,
  };
}

export function toDeviceSession(
  { handle, signedIn, createdAt, lastSeenAt }: Device,
  currentHandle: string,
): DeviceSession {
  return {
    handle,
    device: signedIn?.device ?? null,
    address: signedIn?.address ?? null,
    createdAt: toIso(createdAt),
    lastSeenAt: toIso(lastSeenAt),
    current: handle === currentHandle,
  };
}

/** When the password was last verified, on the engine's clock. */
export function authenticatedAtOf({ authenticatedAt }: SignedIn, { createdAt }: Lifetime): number {
  return authenticatedAt ?? createdAt;
}

/** The client's address by `trust proxy`, without its zone. null for anything else: a proxy may forward any text. */
export function addressOf({ ip = '' }: Request): string | null {
  const [address = ''] = ip.split('%');
  return isIP(address) === 0 ? null : address;
}

function toIso(time: number): string {
  return new Date(time).toISOString();
}
