import type { EngineKind } from '../installation/engine-program.js';

/** What a managed service allows, as far as a client can see it. Each fact names the page that it comes from. */
export interface Profile {
  readonly name: string;
  readonly service: string;
  /** The engines that the service offers. */
  readonly kinds: readonly EngineKind[];
  /**
   * `endpoint`: one name in front of the primary. `cluster`: a configuration endpoint, and nodes that announce names.
   * `virtual-node`: a cluster that shows one node with all slots. `discovery`: a configuration endpoint of Memcached.
   */
  readonly shape: 'endpoint' | 'cluster' | 'virtual-node' | 'discovery';
  readonly tls: boolean;
  /** `roles`: a user with the rights in docker/acl. `password`: one password with all rights. */
  readonly access: 'roles' | 'password' | 'none';
  readonly refused: readonly RefusedCommands[];
  /** Commands that are allowed, but not in scripts. */
  readonly refusedInScripts?: readonly string[];
  /** Arguments of a command, with its name. */
  readonly mostArguments?: number;
  /** The service closes a connection this long after its last AUTH or HELLO. */
  readonly connectionSeconds?: number;
  /** What the application misses there, and what that costs. */
  readonly lacks: readonly Lack[];
  readonly sources: readonly Source[];
}

export interface RefusedCommands {
  /** Names, with the subcommand where only that one is refused, for example `CLIENT TRACKING`. */
  readonly commands: readonly string[];
  readonly text: RefusalText;
}

/** The error that the service replies with to a command, without the leading `-`. */
export type RefusalText = (words: readonly string[]) => string;

export interface Lack {
  readonly what: string;
  readonly cost: string;
}

export interface Source {
  readonly fact: string;
  readonly page: string;
}

/** Splits a list of commands, separated by commas. */
export function commands(list: string): string[] {
  return list.split(',').map((name) => name.trim().toUpperCase());
}
