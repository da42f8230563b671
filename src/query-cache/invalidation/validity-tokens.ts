import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { EngineError } from '../../engine/index.js';
import { LONGEST_LIFE_SECONDS } from '../query/query-definition.js';

/** Where validity tokens are stored: the engine. Lifetimes are in seconds. */
export interface TokenStorage {
  /** Writes `token` where there is none. @returns the tokens that are present then. */
  ensure(tokenKeys: readonly string[], token: string, lifeSeconds: number): Promise<(string | null)[]>;
  /** Lets a token live for at least this long from now on. */
  extend(tokenKey: string, lifeSeconds: number): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
}

/**
 * A tag's token outlives the answers under it by up to this, so that not every answer has to extend it. If a token expires first all the same,
 * its answers are misses.
 */
const TAG_MARGIN_SECONDS = 3_600;
const MOST_REMEMBERED = 20_000;

/** The answer whose tokens are extended. */
export interface Dependent {
  validityTokens: readonly string[];
  lifeSeconds: number;
  isNull: boolean;
}

/**
 * Creates and extends validity tokens: random texts, one per answer, query and tag. An answer is valid while its tokens are those from before
 * its load. Invalidating removes a token; the next load creates another one, which no older answer matches.
 */
export class ValidityTokens {
  /** By token, in seconds since the epoch. */
  private readonly extendedUntil = new LRUCache<string, number>({ max: MOST_REMEMBERED });

  constructor(private readonly storage: TokenStorage) {}

  /**
   * The tokens of a load that begins now. Missing ones are created.
   *
   * @param found as last read; empty if they were not read.
   */
  async ensure(
    tokenKeys: readonly string[],
    found: readonly (string | null)[],
    lifeSeconds: number,
  ): Promise<string[]> {
    const known = found.filter((token) => token !== null);
    if (known.length === tokenKeys.length) return known;
    const life = Math.min(LONGEST_LIFE_SECONDS, lifeSeconds);
    const present = await this.storage.ensure(tokenKeys, newToken(life), life);
    const complete = present.filter((token) => token !== null);
    if (complete.length === tokenKeys.length) return complete;
    throw new EngineError('failed', 'The engine does not keep validity tokens. Check its memory limit.');
  }

  /** Extends the tokens that may expire before the answer does. */
  async extend(tokenKeys: readonly string[], answer: Dependent): Promise<void> {
    // Rounded up, while the ends of tokens are rounded down.
    const answerEndsAt = inSeconds(answer.lifeSeconds) + 1;
    const extended = answer.validityTokens.map(async (token, i) => {
      if ((this.extendedUntil.get(token) ?? endOf(token)) >= answerEndsAt) return;
      const life = tokenLifeFor(answer, i > 0);
      const until = inSeconds(life);
      await this.storage.extend(tokenKeys[i] ?? '', life);
      this.extendedUntil.set(token, until);
    });
    await Promise.all(extended);
  }
}

/** Only the tokens of tags with answers other than null get the long margin: random arguments must leave nothing behind for long. */
function tokenLifeFor({ lifeSeconds, isNull }: Dependent, isTag: boolean): number {
  const margin = isTag && !isNull ? TAG_MARGIN_SECONDS : lifeSeconds;
  return Math.min(LONGEST_LIFE_SECONDS, lifeSeconds + margin);
}

/**
 * Random, so that no token ever comes back. It contains the time when it expires unless it is extended: that saves extensions that are not
 * needed.
 */
function newToken(lifeSeconds: number): string {
  return `${randomBytes(12).toString('base64url')}.${inSeconds(lifeSeconds)}`;
}

/** Seconds since the epoch; 0 where a token does not contain it. */
function endOf(token: string): number {
  return Number(token.split('.')[1]) || 0;
}

function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds;
}
