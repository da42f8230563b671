import type { EngineCallOutcome } from '../../../src/engine/index.js';

export type CallKind = 'read' | 'increment' | 'batch' | 'script';
export type Outcome = 'done' | EngineCallOutcome;

/** One call of the traffic and what became of it. Times are `performance.now()`, taken where the promise settles. */
export interface Call {
  readonly number: number;
  readonly kind: CallKind;
  /** Which decides its slot. */
  readonly tag: string;
  /** The counter that only this call increments, or the one that it reads. */
  readonly key: string;
  readonly startedAt: number;
  settledAt?: number;
  outcome?: Outcome;
  /** A write that is done, and with `withWait` on a replica too. */
  acknowledged: boolean;
  /** What the counter was after a write, as the reply said. */
  counted?: number;
  /** What the engine said. */
  message?: string;
}

/** What a batch writes beside its counter. */
export function textKey({ key }: Call): string {
  return `${key}:text`;
}

export function isWrite({ kind }: Call): boolean {
  return kind !== 'read';
}
