import 'express-session';
import type { JsonObject } from './json-changes.js';

/** The signed-in account and its device. */
export interface SignedIn {
  accountId: string;
  username: string;
  device: string | null;
  address: string | null;
  /** The account's generation at sign-in, or when this session ended all others. An older generation makes the session stale. */
  generation: number;
  /** When the password was verified again, on the engine's clock. Absent: at the start of the session. */
  authenticatedAt?: number;
}

/** Which lifetimes a session has. `guest`: its visitor has not signed in. `remembered`: the visitor has asked to stay signed in. */
export type LifetimeKind = 'guest' | 'standard' | 'remembered';

declare module 'express-session' {
  interface SessionData {
    signedIn: SignedIn;
    /** Data of the application for the visitor. */
    data: JsonObject;
    /** Absent for a standard lifetime. */
    lifetime: Exclude<LifetimeKind, 'standard'>;
  }
}

export function lifetimeKindOf(content: JsonObject | null): LifetimeKind {
  const kind = content?.['lifetime'];
  return kind === 'guest' || kind === 'remembered' ? kind : 'standard';
}
