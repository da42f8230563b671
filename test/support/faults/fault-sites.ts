import { inject } from 'vitest';
import type { EngineKind, EngineTopology } from '../../../src/engine/index.js';
import type { Site } from './fault-stack.js';

export interface Trial<T> {
  readonly what: T;
  readonly site: Site;
  /** For its name: `kill -9: valkey, cluster, TLS`. */
  readonly title: string;
}

/** What one file of the suite runs on: files run side by side. */
export interface EngineGroup {
  readonly kind: EngineKind;
  readonly tls: boolean;
}

/** What is to be tried out, and where it applies. */
interface Trialled {
  readonly name: string;
  readonly topologies: readonly EngineTopology[];
  readonly needsTls?: boolean;
}

/**
 * Those of one group: each once per topology, engines and TLS taking turns; with FULL_MATRIX=true on every engine, with and
 * without TLS.
 */
export function trialsOf<T extends Trialled>(subjects: readonly T[], group: EngineGroup): Trial<T>[] {
  return subjects.flatMap((what, index) =>
    what.topologies.flatMap((topology, place) =>
      sitesFor(topology, what.needsTls ?? false, index + place)
        .filter(({ kind, tls }) => kind === group.kind && tls === group.tls)
        .map((site) => ({
          what,
          site,
          title: `${what.name}: ${site.kind}, ${topology}, ${site.tls ? 'TLS' : 'plain'}`,
        })),
    ),
  );
}

function sitesFor(topology: EngineTopology, needsTls: boolean, turn: number): Site[] {
  const kinds = inject('engines').filter((kind) => kind !== 'memcached');
  const all = kinds.flatMap((kind) =>
    (needsTls ? [true] : [false, true]).map((tls) => ({ kind, topology, tls })),
  );
  const inTurn = all[turn % all.length];
  if (process.env['FULL_MATRIX'] === 'true') return all;
  return inTurn ? [inTurn] : [];
}
