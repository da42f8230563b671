import { inject } from 'vitest';
import type { EngineKind, EngineTopology } from '../../../src/engine/index.js';
import { SCOPE } from '../scope.js';
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
 * The trials of one group of engines. Each subject runs once per topology, engines and TLS taking turns; in the scope `matrix`
 * on every engine, with and without TLS; in the scope `quick` once.
 */
export function trialsOf<T extends Trialled>(subjects: readonly T[], group: EngineGroup): Trial<T>[] {
  return subjects.flatMap((what, index) =>
    (SCOPE === 'quick' ? what.topologies.slice(0, 1) : what.topologies).flatMap((topology, place) =>
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
  if (SCOPE === 'matrix') return all;
  return inTurn ? [inTurn] : [];
}
