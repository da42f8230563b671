import type { EngineNode } from '../address/engine-address.js';
import type { ReconnectGap } from '../connecting/reconnect-gap.js';
import type { Server } from '../servers/server.js';

/** The connected primaries of an engine, in any topology. Reconnects until it is closed. */
export interface Primaries {
  start(): void;
  close(): void;
  /** The primary of a slot, or any primary for a call without a key. Undefined while there is none. */
  forSlot(slot: number | undefined): Server | undefined;
  /** Calls to this slot wait for its end. Undefined if there is no reason to wait. */
  gapOf(slot: number | undefined): ReconnectGap | undefined;
  /** Whether keys are spread over several primaries, so that a slot can move. */
  readonly hasSlots: boolean;
  readonly connected: readonly Server[];
  /** How many shards cannot be called, as a sentence for operators. Null if each has a connection. */
  readonly unservedReason: string | null;
  /** The topology is as it was confirmed at this time (`performance.now()`). */
  readonly confirmedAt: number;
  /** Handles a MOVED or ASK reply. Resolves with the server to send to instead. */
  redirect(to: Redirection): Promise<Server | undefined>;
}

export interface Redirection {
  kind: 'MOVED' | 'ASK';
  slot: number;
  node: EngineNode;
}

export interface PrimariesListener {
  /**
   * Calls can be sent. `hasChanged` is true if a connection was made or slots moved since the last report: data that was in the engine
   * may be gone.
   */
  onReady(hasChanged: boolean): void;
  onDown(error: unknown): void;
  /** A connection was lost or made, or slots moved: subscriptions may have to move. */
  onInterruption(): void;
}
