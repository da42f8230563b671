import 'express-session';
import type { JsonObject } from './json-changes.js';

/** Who is signed in, and from where. */
export interface SignedIn {
  accountId: string;
  username: string;
  device: string | null;
  address: string | null;
  /** Of the account, at sign-in or since it ended its other sessions. */
  generation: number;
}

declare module 'express-session' {
  interface SessionData {
    signedIn: SignedIn;
    /** What the application keeps for the visitor. */
    data: JsonObject;
  }
}
