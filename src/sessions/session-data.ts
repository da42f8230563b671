import 'express-session';

/** Who is signed in. Times in milliseconds since the epoch. */
export interface SignedIn {
  accountId: string;
  username: string;
  device: string | null;
  address: string | null;
  createdAt: number;
  lastSeenAt: number;
  data: Record<string, unknown>;
}

declare module 'express-session' {
  interface SessionData {
    signedIn: SignedIn;
  }
}
