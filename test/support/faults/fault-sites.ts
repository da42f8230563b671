import { inject } from 'vitest';
import type { EngineKind, EngineTopology } from '../../../src/engine/index.js';
import { SCOPE } from '../scope.js';
import type { Site } from './fault-stack.js';

export interface Trial<T> {
  readonly what: T;
  readonly site: Site;
  /** The test's name, for example `kill -9: valkey, cluster, TLS`. */
  readonly title: string;
}

/** The engines of one file of the suite. Files run in parallel. */
export interface EngineGroup {
  readonly kind: EngineKind;
  readonly tls: boolean;
}

/** A fault or misconfiguration, and the topologies that it applies to. */
interface Subject {
  readonly name: string;
  readonly topologies: readonly EngineTopology[];
  readonly needsTls?: boolean;
}

/**
 * The trials of one group of engines. In the scope `all` each subject runs once per topology, and engines and TLS rotate. In `matrix` it
 * runs on every engine with and without TLS, in `quick` on standalone servers only.
 */
export function trialsOf<T extends Subject>(subjects: readonly T[], group: EngineGroup): Trial<T>[] {
  return subjects.flatMap((what, index) =>
    what.topologies.filter(isInScope).flatMap((topology, place) =>
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

function isInScope(topology: EngineTopology): boolean {
  return SCOPE !== 'quick' || topology === 'standalone';
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
