import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import type { RequestHandler, Response } from 'express';
import type { RedisClientType } from 'redis';
import { sendProblem } from '../common/index.js';
import { createStockClient, problemOf } from './stock-client.js';
import { TextbookError } from './textbook.errors.js';
import { TEXTBOOK_OPTIONS, type TextbookOptions, type UseCase } from './textbook.options.js';

/** Requests to the textbook side that may wait at a time: while an engine is silent they wait for ever. */
const MOST_REQUESTS = 500;
const TOO_MANY = `${MOST_REQUESTS} requests to the textbook side are waiting. See GET /health/ready: does its engine answer?`;
const RECONNECT_MS = 1_000;
/** At shutdown, requests that still wait for an engine after this time are rejected. */
const GRACE_MS = 1_000;

/** The clients of the three use cases, and the limits that keep their faults away from the rest of the process. */
@Injectable()
export class TextbookConnections implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly clients: Readonly<Record<UseCase, RedisClientType>>;
  private readonly waiting = new Set<Response>();
  private isClosed = false;
  private grace: NodeJS.Timeout | undefined;

  constructor(@Inject(TEXTBOOK_OPTIONS) readonly options: TextbookOptions) {
    const { cache, sessions, leaderboard } = options.engines;
    this.clients = {
      cache: createStockClient(cache),
      sessions: createStockClient(sessions),
      leaderboard: createStockClient(leaderboard),
    };
  }

  /** Does not wait: the application also starts if an engine is down. */
  onModuleInit(): void {
    for (const useCase of Object.keys(this.clients) as UseCase[]) {
      if (!problemOf(this.options.engines[useCase])) void this.connect(this.clients[useCase]);
    }
  }

  /** Answers 503 to requests that the engine of a use case cannot serve, or that are too many. */
  admit(useCase: UseCase): RequestHandler {
    const problem = problemOf(this.options.engines[useCase]);
    return (_request, response, next) => {
      if (problem) return sendProblem(response, 503, new TextbookError('E_TEXTBOOK_ENGINE', problem));
      if (this.isBusy()) return sendProblem(response, 503, new TextbookError('E_TEXTBOOK_BUSY', TOO_MANY));
      this.waiting.add(response);
      response.once('close', () => this.leave(response));
      next();
    };
  }

  beforeApplicationShutdown(): void {
    this.grace = setTimeout(() => this.close(), GRACE_MS);
  }

  onApplicationShutdown(): void {
    clearTimeout(this.grace);
    this.close();
  }

  private isBusy(): boolean {
    if (this.waiting.size >= MOST_REQUESTS) for (const response of this.waiting) this.leave(response);
    return this.waiting.size >= MOST_REQUESTS;
  }

  /** A request that its client aborted counts until its handler ends: its command still waits for the engine. */
  private leave(response: Response): void {
    if (response.writableEnded) this.waiting.delete(response);
  }

  private close(): void {
    this.isClosed = true;
    for (const client of Object.values(this.clients)) if (client.isOpen) client.destroy();
  }

  /** A client of one server reconnects by itself. Those of sentinels and clusters give up if none of them can be reached. */
  private async connect(client: RedisClientType): Promise<void> {
    await client.connect().catch(() => {
      if (!this.isClosed) setTimeout(() => void this.connect(client), RECONNECT_MS).unref();
    });
  }
}
