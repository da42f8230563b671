import { formatCount } from '../measuring/format.js';
import type { Gain } from '../measuring/gain.js';
import type { Table } from '../scenario.js';
import { COLD_REQUESTS, NODES, type Staleness } from './nodes.js';
import { type Hits, PING } from './hits.js';
import { type Outage, OUTAGE_REQUESTS } from './outage.js';
import { BARE, CONSTANT, type Side } from './sides.js';

/** What several nodes of a side do. */
export interface NodesFound {
  readonly side: Side;
  /** Each time. */
  readonly loads: readonly number[];
  readonly staleness: Staleness;
}

export function hitsTable(size: string, hits: Hits): Table {
  const header = [
    'side',
    'CPU µs',
    'quartiles',
    'requests/s',
    '/ constant',
    'interval',
    '/ bare',
    'interval',
  ];
  const rows = hits.sides.map((side) => {
    const { median, quartiles } = hits.cpu(side);
    return [
      side.name,
      side.kind,
      median.toFixed(0),
      quartiles.map((value) => value.toFixed(0)).join(' - '),
      formatCount(hits.perSecond(side)),
      ...(side === PING ? [] : [CONSTANT, BARE].flatMap((over) => ratioCells(hits.ratio(side, over, 'cpu')))),
    ];
  });
  return {
    title: `Hits of ${size}: CPU of the server, and its ratio to that of the two limits`,
    rows: [header, ...rows],
  };
}

function ratioCells({ median, low, high }: Gain): string[] {
  return [median.toFixed(2), `${low.toFixed(2)} - ${high.toFixed(2)}`];
}

export function nodesTable(nodes: readonly NodesFound[], outages: ReadonlyMap<Side, Outage>): Table {
  const header = ['side', 'kind', 'loads', 'old answers', 'of', 'invalidations', 'old for', 'hung', 'failed'];
  const rows = nodes.map(({ side, loads, staleness }) => {
    const { old, answers, invalidations } = staleness;
    const outage = outages.get(side);
    return [
      side.name,
      side.kind,
      [...new Set(loads)].join(' or '),
      formatCount(old),
      formatCount(answers),
      formatCount(invalidations),
      durationOf(staleness),
      formatCount(outage?.hung ?? NaN),
      formatCount(outage?.failed ?? NaN),
    ];
  });
  return {
    title: `${NODES} nodes: loads for ${COLD_REQUESTS} cold requests; old answers of other nodes after invalidations; ${OUTAGE_REQUESTS} requests while the engine is stopped`,
    rows: [header, ...rows],
  };
}

function durationOf({ longestMs, isLimit, limitMs }: Staleness): string {
  return isLimit ? `all ${limitMs} ms` : `${longestMs.toFixed(0)} ms`;
}
