import type { ConnectionOptions } from '../connecting/connect.js';

/** How to connect to a primary, and what to call when its state changes. */
export interface ServerOptions {
  connection: ConnectionOptions;
  /** How long an answer to its heartbeat may take. */
  deadlineMs: number;
  /** Prefixes of keys whose changes it is to push. */
  prefixes: () => readonly string[];
  /** `null` is all keys. */
  onInvalidated: (key: Buffer | null) => void;
  onConnect: () => void;
  /** Its breaker opened or closed, or it began or ceased to refuse writes. */
  onStateChange: () => void;
}
