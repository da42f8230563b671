/** What the parent asks a node to do, and what the node replies. */
export interface Questions {
  /** CPU time of the process so far (user + system), in microseconds. */
  cpu: () => number;
  /** How often the database was queried. */
  loads: () => number;
  /** Sets the version that the database returns from now on. */
  write: (version: number) => void;
  /** Sets how long a query of the database takes. */
  delay: (ms: number) => void;
  /** Invalidates an answer. Resolves when the library has confirmed it. */
  invalidate: (answer: AnswerKey) => void;
  /** Copies bytes and headers of an answer of another node. Only the side `bare` does that. */
  copy: (url: string) => void;
  /** Reads a range of answers, so that they are stored. Only sides with the query cache do that. */
  fill: (range: Range) => void;
  /** Sends PINGs to the engine, 20 at a time. */
  ping: (count: number) => void;
}

export type Question = keyof Questions;

export interface AnswerKey {
  readonly bytes: number;
  readonly id: string;
}

/** The answers with ids from `from` to before `to`. */
export interface Range {
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

export interface Message {
  readonly number: number;
  readonly question: Question;
  readonly argument?: unknown;
}

export interface Reply {
  readonly number: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** How long a query of the database takes, in milliseconds, unless `delay` says otherwise. */
export const QUERY_MS = 50;

/** The route of every side. */
export function pathOf({ bytes, id }: AnswerKey): string {
  return `/answers/${bytes}/${id}`;
}
