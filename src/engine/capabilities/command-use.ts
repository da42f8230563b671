/** What a command is used for. Health, the log and docs/engine.md show `cost`. */
export interface CommandUse {
  /** With the subcommand, for example `CONFIG GET`. */
  command: string;
  /** What does not work without it, in one sentence. */
  cost: string;
  /** Whether the role cannot work at all without it. */
  isRequired?: boolean;
  /** Sent over connections that carry calls. If the server closes the connection on it, it is tried again on new ones only. */
  isSentBetweenCalls?: boolean;
}

/** A command of a role, with a complete example. It is queued in a transaction and discarded, so it may be a write. */
export interface RoleCommand extends CommandUse {
  example: readonly string[];
}

/** The commands that a role cannot work without. All keys of the examples must have the same hash tag. */
export function requiredCommands(role: string, examples: readonly (readonly string[])[]): RoleCommand[] {
  const cost = `${role} cannot work without it.`;
  return examples.map((example) => ({ command: nameOf(example), example, cost, isRequired: true }));
}

/** A command that a role can do without. `cost`: what is lost, in one sentence. */
export function optionalCommand(cost: string, ...example: string[]): RoleCommand {
  return { command: nameOf(example), example, cost };
}

const TRIAL_COST = 'Other commands that the server refuses are found only when they are used.';

/** The commands that the engine itself can do without. */
export const ENGINE_COMMANDS = {
  hello: {
    command: 'HELLO',
    cost: 'The protocol is RESP 2, in which a connection with subscriptions accepts no other commands: the query cache reads answers in memory again after a second.',
  },
  role: {
    command: 'ROLE',
    isSentBetweenCalls: true,
    cost: 'A primary that became a replica is detected by INFO, without INFO by the first write that it refuses. The query cache reads answers in memory again after a second.',
  },
  info: {
    command: 'INFO',
    isSentBetweenCalls: true,
    cost: 'Kind and version of the servers are unknown, missing replication settings are not reported, and sign-ins wait for no replica.',
  },
  configGet: {
    command: 'CONFIG GET',
    isSentBetweenCalls: true,
    cost: 'A min-replicas-max-lag that is too long is not reported.',
  },
  writeProbe: {
    command: 'EVAL',
    isSentBetweenCalls: true,
    cost: 'A server that refuses writes (OOM, MISCONF, NOREPLICAS) is not reported.',
  },
  clusterSlots: {
    command: 'CLUSTER SLOTS',
    isSentBetweenCalls: true,
    cost: 'The slot map is read with CLUSTER SHARDS. Without both the engine is down.',
  },
  trial: { command: 'MULTI', cost: TRIAL_COST },
  endOfTrial: { command: 'DISCARD', cost: TRIAL_COST },
} as const satisfies Record<string, CommandUse>;

const CONTAINERS = new Set(['CLIENT', 'CLUSTER', 'CONFIG', 'MEMORY', 'SCRIPT']);

function nameOf([command = '', subcommand = '']: readonly string[]): string {
  return CONTAINERS.has(command) ? `${command} ${subcommand}` : command;
}
