import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database, explainDatabaseFailure, Migrations } from '../../database/index.js';
import { type EngineReport, Engines } from '../../engine/index.js';
import { Drain } from '../drain.js';
import type { Readiness } from './health.wire.js';

const ASK_AGAIN_MS = 50;

/** Reports whether this node can serve. It needs PostgreSQL; without its engines it is degraded. */
@Injectable()
export class HealthService {
  constructor(
    private readonly engines: Engines,
    private readonly database: Database,
    private readonly migrations: Migrations,
    private readonly drain: Drain,
  ) {}

  /** The body of `GET /health/ready`. */
  async readiness(): Promise<Readiness> {
    const database = await this.databaseState();
    const engines = this.engines.reports();
    if (this.drain.isLeaving) return { status: 'stopping', database, engines };
    if (database.state === 'down') return { status: 'unavailable', database, engines };
    return { status: engines.every(isWorking) ? 'ok' : 'degraded', database, engines };
  }

  /** Resolves once PostgreSQL answers. */
  async untilReady(): Promise<void> {
    while ((await this.readiness()).status === 'unavailable') await delay(ASK_AGAIN_MS);
  }

  private async databaseState(): Promise<Readiness['database']> {
    try {
      await this.database.ping();
    } catch (error) {
      return { state: 'down', reason: explainDatabaseFailure(error) };
    }
    const [module] = this.migrations.unfinished;
    if (module) return { state: 'down', reason: `The tables of ${module} are being made.` };
    return { state: 'ready', reason: null };
  }
}

function isWorking({ state, refusesWrites, missingCommands }: EngineReport): boolean {
  return state === 'ready' && !refusesWrites && !missingCommands.some(({ isRequired }) => isRequired);
}
