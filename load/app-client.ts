import type { Readiness } from '../src/http/health.wire.js';
import type { QueryCacheStats } from '../src/query-cache/query-cache.wire.js';

/** The few questions a load test asks beside its load; never timed. */
export class AppClient {
  /** Sent with every request of both sides: outside demo mode only an operator may ask for `no-store`. */
  readonly headers: Record<string, string>;

  constructor(
    readonly url: string,
    operatorKey: string | undefined,
    private readonly signal: AbortSignal,
  ) {
    this.headers = operatorKey ? { authorization: `Bearer ${operatorKey}` } : {};
  }

  /** Null when there is no such thing (404). */
  async find<T>(path: string, headers: Record<string, string> = {}): Promise<T | null> {
    const request = { headers: { ...this.headers, ...headers }, signal: this.signal };
    const response = await fetch(this.url + path, request);
    const text = await response.text();
    if (response.status === 404) return null;
    if (response.ok) return JSON.parse(text) as T;
    throw new Error(`GET ${path} answered ${response.status}: ${text.slice(0, 300)}`);
  }

  async get<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
    const body = await this.find<T>(path, headers);
    if (body === null) throw new Error(`GET ${path} answered 404, and a load test needs it.`);
    return body;
  }

  /** Times the database was asked, by query name. */
  async databaseQueries(): Promise<Record<string, number>> {
    const { queries } = await this.get<QueryCacheStats>('/api/query-cache/stats');
    return Object.fromEntries(Object.entries(queries).map(([name, counts]) => [name, counts.loads]));
  }

  /** Kind and topology of the engine behind the query cache. */
  async cacheEngine(): Promise<string> {
    const { engines } = await this.get<Readiness>('/health/ready');
    const engine = engines.find(({ roles }) => roles.includes('cache'));
    if (engine?.state !== 'ready') {
      throw new Error(`The cache's engine is not ready: ${engine?.reason ?? 'the app names none'}`);
    }
    return `${engine.kind} ${engine.topology}`;
  }
}
