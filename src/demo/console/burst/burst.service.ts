import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { Agent, get, type RequestOptions } from 'node:http';
import { Injectable } from '@nestjs/common';
import { QueryCacheService } from '../../../query-cache/index.js';
import type { BurstReport } from '../console.wire.js';
import { NodeActivityCounter } from '../node-activity.counter.js';
import { BurstRunningError } from './burst.errors.js';
import type { Burst } from './burst.schemas.js';
import { resolveQuestion } from './questions.js';

const LONGEST_MS = 30_000;

/** Where this node accepts requests. */
export interface OwnAddress {
  host: string;
  port: number;
  /** The header `Host` of the requests. */
  name: string;
}

/** Sends many equal requests at once to this node itself: a browser sends at most six at a time. */
@Injectable()
export class BurstService {
  private isRunning = false;

  constructor(
    private readonly queryCache: QueryCacheService,
    private readonly activity: NodeActivityCounter,
  ) {}

  /**
   * The answer is in no cache when the burst starts.
   *
   * @throws {BurstRunningError} while another burst runs on this node.
   */
  async run(burst: Burst, address: OwnAddress): Promise<BurstReport> {
    if (this.isRunning) throw new BurstRunningError();
    this.isRunning = true;
    try {
      return await this.measure(burst, address);
    } finally {
      this.isRunning = false;
    }
  }

  private async measure({ side, requests, question }: Burst, address: OwnAddress): Promise<BurstReport> {
    const asked = resolveQuestion(question);
    if (side === 'module') await this.queryCache.invalidate(asked.name, asked.args);
    const root = side === 'textbook' ? '/textbook' : '/api';
    // The textbook side caches by URL, so a parameter that no route reads makes a new entry.
    const path = `${root}${asked.path}${side === 'textbook' ? `?burst=${randomUUID()}` : ''}`;
    const { name, ...own } = address;
    const headers = { Host: name, ...(side === 'direct' && { 'Cache-Control': 'no-store' }) };

    const before = this.activity.flightQueries;
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(LONGEST_MS);
    // Each request adds a listener.
    setMaxListeners(0, signal);
    const agent = new Agent({ maxSockets: requests });
    const statuses = await Promise.all(
      Array.from({ length: requests }, () => statusOf({ ...own, path, headers, agent, signal })),
    );
    agent.destroy();
    return {
      side,
      requests,
      answered: statuses.filter((status) => status === 200).length,
      flightQueries: this.activity.flightQueries - before,
      durationMs: performance.now() - startedAt,
    };
  }
}

/** @returns null if the request failed or was aborted. */
function statusOf(options: RequestOptions): Promise<number | null> {
  return new Promise((resolve) => {
    const request = get(options, (response) => {
      response.resume();
      response.once('close', () => resolve(response.complete ? (response.statusCode ?? null) : null));
    });
    request.once('error', () => resolve(null));
  });
}
