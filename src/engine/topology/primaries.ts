import type { EngineNode } from '../address/engine-url.js';
import type { Server } from '../servers/server.js';

/** The primaries of an engine, however it is laid out. Keeps connecting, for ever, until it is closed. */
export interface Primaries {
  start(): void;
  close(): void;
  /** The primary of a slot, or any for a call without a key; undefined while there is none. */
  forSlot(slot: number | undefined): Server | undefined;
  /** Whether keys are spread over several, so that a slot can move. */
  readonly hasSlots: boolean;
  /** All that are connected. */
  readonly connected: readonly Server[];
  /** Whether there is one for each slot. */
  readonly isComplete: boolean;
  /** Until when what is known of the layout was confirmed, as of `performance.now()`. */
  readonly confirmedAt: number;
  /** A server said that a slot has moved, for good or for this one call. Resolves with the server to ask instead. */
  redirect(to: Redirection): Promise<Server | undefined>;
}

export interface Redirection {
  kind: 'MOVED' | 'ASK';
  slot: number;
  node: EngineNode;
}

/** What a layout tells of itself. */
export interface PrimariesListener {
  /**
   * Calls can be sent. `reason` says what is missing where it can do with a part; `hasChanged` that a server was
   * connected or slots moved since the last time, so that what was in the engine may be gone.
   */
  onReady(reason: string | null, hasChanged: boolean): void;
  onDown(error: unknown): void;
  /** A connection was lost or made, or slots moved: what servers pushed meanwhile was missed. */
  onInterruption(): void;
}
