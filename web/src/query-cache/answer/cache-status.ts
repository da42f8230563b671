/** The first member of a `Cache-Status` header (RFC 9211). */
export interface CacheStatus {
  cache: string;
  hit: boolean;
  /** Why the request reached the database: `uri-miss`, `request`, `bypass`; null when it did not. */
  fwd: string | null;
  /** Seconds of freshness left; negative when served stale. */
  ttlSeconds: number | null;
  stored: boolean;
  collapsed: boolean;
  detail: string | null;
}

export type Outcome = 'hit' | 'stale' | 'coalesced' | 'miss' | 'reload' | 'bypass' | 'degraded';

const NAME = String.raw`"(?:[^"\\]|\\.)*"|[^;,\s]+`;
const MEMBER = new RegExp(String.raw`^\s*(${NAME})((?:\s*;\s*[\w*.-]+(?:=(?:${NAME}))?)*)`);
const PARAMETER = new RegExp(String.raw`;\s*([\w*.-]+)(?:=(${NAME}))?`, 'g');

export function parseCacheStatus(header: string | null): CacheStatus | null {
  // The first member is the cache nearest to the origin: ours, whatever proxies may have added after it.
  const member = MEMBER.exec(header ?? '');
  if (member?.[1] === undefined) return null;

  const parameters = new Map<string, string>();
  for (const [, name = '', value = '?1'] of (member[2] ?? '').matchAll(PARAMETER)) {
    parameters.set(name, unquote(value));
  }
  const ttl = parameters.get('ttl');
  return {
    cache: unquote(member[1]),
    hit: parameters.get('hit') === '?1',
    fwd: parameters.get('fwd') ?? null,
    ttlSeconds: ttl === undefined ? null : Number(ttl),
    stored: parameters.get('stored') === '?1',
    collapsed: parameters.get('collapsed') === '?1',
    detail: parameters.get('detail') ?? null,
  };
}

/** The outcome of a request with (`cached`) or without the cache. */
export function outcomeOf(status: CacheStatus, way: 'cached' | 'uncached'): Outcome {
  if (status.hit) return (status.ttlSeconds ?? 0) < 0 ? 'stale' : 'hit';
  if (status.collapsed) return 'coalesced';
  if (status.fwd === 'uri-miss') return 'miss';
  if (status.stored) return 'reload';
  // A bypass that was not requested: the engine is down and the database answers.
  return way === 'cached' ? 'degraded' : 'bypass';
}

function unquote(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;
}
