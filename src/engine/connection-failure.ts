const SENTENCES: [pattern: RegExp, sentence: string][] = [
  [/ECONNREFUSED/, 'The connection is refused. Start the engine there, or correct its URL.'],
  [/ENOTFOUND|EAI_AGAIN/, 'The host name is not known. Correct the host in its URL.'],
  [/WRONGPASS/, 'The user or password is wrong. Correct the credentials in its URL.'],
  [/NOAUTH/, 'The engine asks for a password. Write redis://:password@host:port.'],
  [/NOPERM/, 'The user may not run the commands we need. Extend its ACL.'],
  [/ERR AUTH|without any password/, 'The engine has no password set. Remove the credentials from its URL.'],
  [/DB index is out of range/, 'The engine has no database of that number. Correct the path of its URL.'],
  [/LOADING/, 'The engine is loading its data. Wait.'],
  [/ETIMEDOUT|timeout|timed out/i, 'No connection within the timeout. Check host, port and firewall.'],
  [/ECONNRESET|EPIPE|closed unexpectedly/i, 'The connection was lost. Connecting again.'],
];

/** One sentence for people: what is wrong with the connection and what to do. Never contains credentials. */
export function explainConnectionFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // Several addresses of one name fail as an AggregateError whose own message is empty.
  const causes = error instanceof AggregateError ? error.errors.map(String).join(' ') : '';
  const text = `${code} ${String(error)} ${causes}`;
  const known = SENTENCES.find(([pattern]) => pattern.test(text));
  return known
    ? known[1]
    : `The connection failed (${code || (error instanceof Error ? error.name : 'unknown')}).`;
}
