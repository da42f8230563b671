import { formatCount, formatTimes } from '../measuring/format.js';
import { largest } from '../measuring/statistics.js';
import { fastestPeer } from './goals.js';
import type { Hits } from './hits.js';
import { COLD_REQUESTS, NODES } from './nodes.js';
import { type Outage, OUTAGE_REQUESTS } from './outage.js';
import { FAST_LANE, MODULE, type Side } from './sides.js';
import type { NodesFound } from './tables.js';

export function headlineOf(hits: Hits): string {
  const fastest = fastestPeer(hits);
  if (!fastest) return '';
  const { median } = hits.ratio(FAST_LANE, fastest, 'perSecond');
  return `${formatTimes(median)} as many hits per second on the fast lane as with ${fastest.name}, the fastest other cache`;
}

export function describeRate(size: string, hits: Hits): string[] {
  const fastest = fastestPeer(hits);
  if (!fastest) return [];
  const { median } = hits.ratio(FAST_LANE, fastest, 'perSecond');
  return [
    `Hits of ${size}: ${formatCount(hits.perSecond(FAST_LANE))} requests per second on the fast lane, ${formatTimes(median)} as many as with ${fastest.name}, the fastest other cache (${formatCount(hits.perSecond(fastest))}). The normal way answers ${formatCount(hits.perSecond(MODULE))}.`,
  ];
}

export function describeNodes(found: readonly NodesFound[], outages: ReadonlyMap<Side, Outage>): string[] {
  const loads = byValue(found.map(({ side, loads }) => [side, largest(loads)]));
  const old = byValue(found.map(({ side, staleness }) => [side, staleness.old]));
  const hung = byValue([...outages].map(([side, outage]) => [side, outage.hung]));
  return [
    `${COLD_REQUESTS} concurrent requests for an answer that nobody has, on ${NODES} nodes, query the database at most this often: ${loads}.`,
    `Old answers of other nodes after an invalidation: ${old}.`,
    `Of ${OUTAGE_REQUESTS} requests while the engine is stopped, this many hang: ${hung}.`,
  ];
}

/** For example "1 (module), 3 (bentocache, cacheable)". */
export function byValue(values: readonly (readonly [Side, number])[]): string {
  const distinct = [...new Set(values.map(([, value]) => value))].toSorted((one, other) => one - other);
  return distinct
    .map((value) => {
      const names = values.filter(([, own]) => own === value).map(([side]) => side.name);
      return `${formatCount(value)} (${names.join(', ')})`;
    })
    .join(', ');
}
