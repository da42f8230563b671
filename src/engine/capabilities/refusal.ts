import { ErrorReply } from 'redis';

/** How a server or a proxy refuses a command. `key`, `channel`: the user may not access that of the example. `closed`: it closes the connection. */
export type RefusalForm = 'permission' | 'key' | 'channel' | 'unknown' | 'closed' | 'other';

/** Replies that say what state the server is in, or which keys it has. The command itself is allowed. */
const STATES = new Set(
  (
    'ASK BUSY CLUSTERDOWN CROSSSLOT EXECABORT LOADING MASTERDOWN MISCONF MOVED NOAUTH NOREPLICAS NOSCRIPT NOTBUSY OOM READONLY ' +
    'TRYAGAIN UNKILLABLE WRONGPASS WRONGTYPE'
  ).split(' '),
);

/** Redis 7: `a key`. Redis 6: `one of the keys used as arguments`. */
const ACCESS = /no permissions to access (?:an?|one of the|the '.*') (key|channel)/i;

/**
 * How an error reply to a harmless command refuses it. Null if the reply is not about the command. A proxy can refuse a command with
 * any text, so every reply that is not known to be about something else counts.
 */
export function refusalOf(error: unknown): RefusalForm | null {
  if (!(error instanceof ErrorReply)) return null;
  const { message } = error;
  if (STATES.has(message.split(' ', 1)[0] ?? '')) return null;
  const [, object] = ACCESS.exec(message) ?? [];
  if (object) return object.toLowerCase() === 'key' ? 'key' : 'channel';
  if (/^NOPERM|no permissions to|can't run this command/i.test(message)) return 'permission';
  return /unknown (sub)?command/i.test(message) ? 'unknown' : 'other';
}

/** Whether the other side closed the connection. A connection that was closed here, for example after a timeout, does not count. */
export function isClosedByServer(error: unknown): boolean {
  return (
    error instanceof Error &&
    /ECONNRESET|EPIPE|closed unexpectedly/i.test(`${codeOf(error)} ${error.message}`)
  );
}

/** What to do about a refused command: the end of a sentence. */
export function remedyOf(command: string, form: RefusalForm): string {
  if (form === 'permission') return `Add +${command.toLowerCase().replace(' ', '|')} to the ACL of the user.`;
  if (form === 'key') return 'Add the prefix of the keys to the ACL of the user, for example ~caching:*.';
  if (form === 'channel')
    return 'Add the prefix of the channels to the ACL of the user, for example &caching:*.';
  if (form === 'unknown') return 'Enable it on the server, if it has it.';
  if (form === 'closed') return 'The server or a proxy closes the connection on it. Allow it there.';
  return 'Allow it on the server, or on the proxy in front of it.';
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
