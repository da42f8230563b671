import { withEngine } from '../app/engine-client.js';

/** For example `1700000000.1 [0 127.0.0.1:1234] "GET" "key"`. A command inside a script has `lua` in place of the address. */
const MONITORED = /^\S+ \[\d+ (\S+)\] "([^"]+)"(.*)$/;

/** The command in a line of MONITOR that a client sent about a key with this text; null for all other lines. */
export function commandIn(line: string, keyPart: string): string | null {
  const [, client, command, rest = ''] = MONITORED.exec(line) ?? [];
  return command === undefined || client === 'lua' || !rest.includes(keyPart) ? null : command.toUpperCase();
}

/** Counts the commands about some keys that clients send to an engine during `work`. Call it outside of timed rounds. */
export async function countCommands(
  engineUrl: string,
  keyPart: string,
  work: () => Promise<void>,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  await withEngine(engineUrl, async (client) => {
    await client.monitor((line) => {
      const command = commandIn(line, keyPart);
      if (command !== null) counts[command] = (counts[command] ?? 0) + 1;
    });
    await work();
  });
  return counts;
}
