import { type Stack, startStack } from '../../load/app/stack.js';
import type { Scene, Stoppable } from '../experiment.js';
import { type App, LIMITS, STRAY_ERROR } from './app-nodes.js';
import { Control } from './control.js';
import { queriesOf } from './query-count.js';

const GAME_SERVER_KEY = 'lab-game-server-key';
const SAMPLE_WITHIN_MS = 1_000;

/** The app of `npm start` with its flights, on one node. */
export class DemoApp implements App, Stoppable {
  readonly gameServer = { authorization: `Bearer ${GAME_SERVER_KEY}` };
  /** Only the process of the lab is watched. The node has as much to do as it can. */
  readonly control = new Control(() => []);
  private lastCount = 0;

  private constructor(
    private readonly stack: Stack,
    readonly unexpected: readonly string[],
  ) {}

  /** Resolves when it is ready. The first start loads the flights. */
  static async start({ signal, say }: Scene, engineUrl: string): Promise<DemoApp> {
    const unexpected: string[] = [];
    const onLine = (line: string) => {
      if (STRAY_ERROR.test(line)) unexpected.push(line);
      say(line);
    };
    const settings = {
      ENGINE_URL: engineUrl,
      CACHE_ENGINE_URL: '',
      SESSION_ENGINE_URL: '',
      LEADERBOARD_ENGINE_URL: '',
      DATABASE_URL: '',
      GAME_SERVER_KEY,
      ...LIMITS,
    };
    return new DemoApp(await startStack(signal, onLine, settings), unexpected);
  }

  get url(): string {
    return this.stack.url;
  }

  get urls(): string[] {
    return [this.url];
  }

  async sampleQueries(table?: string): Promise<number> {
    const count = queriesOf(this.url, { withinMs: SAMPLE_WITHIN_MS, headers: {}, table });
    this.lastCount = await count.catch(() => this.lastCount);
    return this.lastCount;
  }

  async stop(): Promise<void> {
    this.control.stop();
    await this.stack.stop();
  }
}
