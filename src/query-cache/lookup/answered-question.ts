import type { AnswerKeys } from '../query/answer-keys.js';
import type { CachedAnswer, Lookup, Question } from './cached-answer.js';

/** The query that gave the answer. */
interface AskedQuery {
  readonly name: string;
  peek(keys: AnswerKeys, startedAt: number): CachedAnswer<unknown> | undefined;
  record(lookup: Lookup, keyHash: string | null, startedAt: number): void;
}

/** Remembers the arguments by their keys alone. */
export class AnsweredQuestion implements Question {
  constructor(
    private readonly asked: AskedQuery,
    private readonly keys: AnswerKeys,
  ) {}

  get query(): string {
    return this.asked.name;
  }

  get entry(): string {
    return this.keys.entry;
  }

  peek(startedAt: number): CachedAnswer<unknown> | undefined {
    return this.asked.peek(this.keys, startedAt);
  }

  count(lookup: Lookup, startedAt: number): void {
    this.asked.record(lookup, this.keys.hash, startedAt);
  }
}
