import type { EngineCallOutcome } from '../../../src/engine/index.js';

export type CallKind = 'read' | 'increment' | 'batch' | 'script';
export type Outcome = 'done' | EngineCallOutcome;

/** One call of the traffic and its outcome. Times are `performance.now()`, taken when the promise settles. */
export interface Call {
  readonly number: number;
  readonly kind: CallKind;
  /** The hash tag of its key. */
  readonly tag: string;
  /** The counter that only this call increments, or that it reads. */
  readonly key: string;
  readonly startedAt: number;
  settledAt?: number;
  outcome?: Outcome;
  /** A successful write; with `withWait` it is also on a replica. */
  acknowledged: boolean;
  /** The counter after a write, from the reply. */
  counted?: number;
  /** The error message. */
  message?: string;
}

/** The second key that a batch writes. */
export function textKey({ key }: Call): string {
  return `${key}:text`;
}

export function isWrite({ kind }: Call): boolean {
  return kind !== 'read';
}
