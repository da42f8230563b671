import { ErrorReply, type RedisClientType } from 'redis';
import type { Capabilities } from './capabilities.js';
import { ENGINE_COMMANDS, type RoleCommand } from './command-use.js';

/**
 * Finds out which commands of the roles the server refuses. They are queued in a transaction that is discarded: the server checks the
 * user's permissions when it queues a command, and executes nothing. Nothing else may use the connection meanwhile.
 */
export async function tryCommands(
  client: RedisClientType,
  capabilities: Capabilities,
  commands: readonly RoleCommand[],
): Promise<void> {
  if (commands.length === 0) return;
  // First, because a transaction that cannot be discarded would swallow every later call.
  const canEnd = await capabilities.attempt(ENGINE_COMMANDS.endOfTrial, () => discardNothing(client));
  if (canEnd === undefined) return;
  const begun = await capabilities.attempt(ENGINE_COMMANDS.trial, () => client.sendCommand(['MULTI']));
  if (begun === undefined) return;
  const attempts = commands.map((use) =>
    capabilities.attempt(use, () => client.sendCommand([...use.example])).catch(ignoreErrorReply),
  );
  await Promise.all(attempts);
  await client.sendCommand(['DISCARD']);
}

/** The commands of the roles to try again, because the server refused them or the transaction. */
export function commandsToRetry(
  capabilities: Capabilities,
  commands: readonly RoleCommand[],
): readonly RoleCommand[] {
  const { trial, endOfTrial } = ENGINE_COMMANDS;
  if (capabilities.hasExpired([trial, endOfTrial])) return commands;
  return commands.filter((use) => capabilities.hasExpired([use]));
}

/** For example MOVED: the server allows the command, but does not own the example's key. */
function ignoreErrorReply(error: unknown): void {
  if (!(error instanceof ErrorReply)) throw error;
}

async function discardNothing(client: RedisClientType): Promise<unknown> {
  try {
    return await client.sendCommand(['DISCARD']);
  } catch (error) {
    if (error instanceof ErrorReply && error.message.includes('without MULTI')) return 'allowed';
    throw error;
  }
}
