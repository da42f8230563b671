import { setTimeout as wait } from 'node:timers/promises';
import type { Readiness } from '../../src/http/health/health.wire.js';
import { type Histogram, Metrics } from './metrics.js';

const readyWithinMs = 15_000;
const answerWithinMs = 30_000;

const STATEMENT_SECONDS = 'db_client_operation_duration_seconds';

/** The untimed requests of a load test, beside its load. */
export class AppClient {
  /** Sent with every request of both sides: outside demo mode only an operator may send `no-store`. */
  readonly headers: Record<string, string>;

  constructor(
    readonly url: string,
    operatorKey: string | undefined,
    private readonly signal: AbortSignal,
  ) {
    this.headers = operatorKey ? { authorization: `Bearer ${operatorKey}` } : {};
  }

  /** Null for 404. */
  async find<T>(path: string, headers: Record<string, string> = {}): Promise<T | null> {
    const { status, text } = await this.request(path, headers);
    if (status === 404) return null;
    if (status === 200) return JSON.parse(text) as T;
    throw new Error(`GET ${path} answered ${status}: ${text.slice(0, 300)}`);
  }

  async get<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
    const body = await this.find<T>(path, headers);
    if (body === null)
      throw new Error(
        `GET ${path} answered 404. Check that --url is this app and that its flights are loaded.`,
      );
    return body;
  }

  /** Rejects unless it succeeds. */
  async post(path: string, body: object): Promise<Response> {
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { ...this.headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: this.signalOfRequest(),
    });
    if (response.ok) return response;
    throw new Error(`POST ${path} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  }

  /** CPU time of the app since its start, in milliseconds. */
  async processorMs(): Promise<number> {
    return 1_000 * (await this.metrics()).sum('process_cpu_time_seconds_total');
  }

  /** The SELECTs from a table so far, and the time that they took. */
  async databaseUse(table: string): Promise<{ databaseQueries: number; databaseMs: number }> {
    const metrics = await this.metrics();
    const select = { db_operation_name: 'SELECT', db_collection_name: table };
    return {
      databaseQueries: metrics.sum(`${STATEMENT_SECONDS}_count`, select),
      databaseMs: 1_000 * metrics.sum(`${STATEMENT_SECONDS}_sum`, select),
    };
  }

  /** How long each SQL statement took, in seconds: by operation and table, for example "SELECT flights". */
  async statements(): Promise<Map<string, Histogram>> {
    return (await this.metrics()).histograms(STATEMENT_SECONDS, ['db_operation_name', 'db_collection_name']);
  }

  private async metrics(): Promise<Metrics> {
    const { status, text } = await this.request('/metrics');
    if (status === 200) return new Metrics(text);
    throw new Error(`GET /metrics answered ${status}. Set OPERATOR_KEY to the key of the app.`);
  }

  /** Waits until the database and the engine of the query cache are ready. Returns that engine's kind and topology. */
  async cacheEngine(): Promise<string> {
    for (const deadline = Date.now() + readyWithinMs; ; await wait(200, undefined, { signal: this.signal })) {
      const { text } = await this.request('/health/ready');
      const { database, engines } = JSON.parse(text) as Readiness;
      const engine = engines.find(({ roles }) => roles.includes('cache'));
      if (database.state === 'ready' && engine?.state === 'ready') return `${engine.kind} ${engine.topology}`;
      if (Date.now() > deadline)
        throw new Error(`The app is not ready: ${database.reason ?? engine?.reason}`);
    }
  }

  /** Of each request its own: fetch adds a listener to it, and a shared one would collect thousands. */
  private signalOfRequest(): AbortSignal {
    return AbortSignal.any([this.signal, AbortSignal.timeout(answerWithinMs)]);
  }

  private async request(path: string, headers: Record<string, string> = {}) {
    const options = { headers: { ...this.headers, ...headers }, signal: this.signalOfRequest() };
    try {
      const response = await fetch(this.url + path, options);
      return { status: response.status, text: await response.text() };
    } catch (cause) {
      this.signal.throwIfAborted();
      throw new Error(`${this.url} does not answer. Start the app there, or remove --url.`, { cause });
    }
  }
}
