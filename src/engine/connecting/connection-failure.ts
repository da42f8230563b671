import { ErrorReply } from 'redis';
import { findCredentialsErrors } from '../credentials/credentials-error.js';

/** Failures that last until somebody changes a setting, here or on the server. */
const MISCONFIGURATIONS: [pattern: RegExp, sentence: string][] = [
  [
    /DENIED/,
    'The server is in protected mode and accepts local connections only (DENIED). Set a password and its bind address.',
  ],
  [/WRONGPASS/, 'The user or password is wrong. Correct the credentials in its URL.'],
  [/NOAUTH/, 'The engine asks for a password. Write redis://:password@host:port.'],
  [/NOPERM/, 'The ACL of the user does not allow the commands we need. Extend it.'],
  [/ERR AUTH|without any password/, 'The engine has no password set. Remove the credentials from its URL.'],
  [/DB index is out of range/, 'The engine has no database with that number. Correct the path of its URL.'],
  [/UNKNOWNNAME/, 'The sentinels watch no primary with that name. Correct name= in its URL.'],
  [/cluster support disabled/, 'The server is not a cluster node. Write its URL without +cluster.'],
  [/CLUSTERNODE/, 'The server is a cluster node. Write its URL with +cluster.'],
  [
    /unknown command .?SENTINEL/i,
    'The server is not a sentinel. Write its URL without +sentinel, or name the sentinels.',
  ],
  [/SENTINELNODE/, 'The server is a sentinel. Write its URL with +sentinel and ?name=.'],
  [
    /unknown command .?CLUSTER/i,
    'The server does not support clusters. Write its URL without +cluster; for a sentinel, with +sentinel and ?name=.',
  ],
  [
    /NOTMEMCACHED/,
    'The server is not Memcached. Write its URL with redis or valkey, or correct host and port.',
  ],
  [
    /NODISCOVERY/,
    'The server answers no "config get cluster". Name the configuration endpoint of ElastiCache, or write the URL without +discovery and with all nodes.',
  ],
  [/CERT_HAS_EXPIRED/, 'The certificate of the server has expired. Renew it.'],
  [/CERT_NOT_YET_VALID/, 'The certificate of the server is not valid yet. Correct the clock, or renew it.'],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID/,
    'The certificate of the server is for another name. Correct the host, or add servername=.',
  ],
  [
    /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/,
    'The certificate of the server is signed by an unknown authority. Add ca=FILE to its URL.',
  ],
  [/\bCERT_/, 'The certificate of the server is revoked or not trusted. Renew it.'],
  [
    /certificate[_ ]required|handshake[_ ]failure/i,
    'The server asks for a client certificate. Add cert=FILE and key=FILE to its URL.',
  ],
  [
    /alert[_ ](unknown[_ ]ca|\w*[_ ]?certificate)/i,
    'The server does not accept our client certificate. Add cert= and key= to its URL, signed by an authority that the server trusts.',
  ],
  [
    /WRONG_VERSION_NUMBER|EPROTO/,
    'The server does not speak TLS. Write its URL without the s, or correct the port.',
  ],
];

const MAX_MESSAGE_LENGTH = 100;

const WRONG_URL =
  /UNKNOWNNAME|cluster support disabled|CLUSTERNODE|SENTINELNODE|NOTMEMCACHED|NODISCOVERY|unknown command .?(SENTINEL|CLUSTER)/i;

const TEMPORARY_FAILURES: [pattern: RegExp, sentence: string][] = [
  [/NOTPRIMARY/, 'The server is a replica and accepts no writes. Looking for the primary.'],
  [/FEWSENTINELS/, 'Too few sentinels answer. Start the others, or wait.'],
  [
    /UNGREETED/,
    'The connection was lost before the first answer. If the server speaks TLS, write its URL with rediss, valkeys or memcacheds.',
  ],
  [/NOSLOTS/, 'The cluster serves no slots. Assign them, or wait until the cluster has formed.'],
  [/ECONNREFUSED/, 'The connection is refused. Start the engine, or correct its URL.'],
  [/ENOTFOUND|EAI_AGAIN/, 'The host name is not known. Correct the host in its URL.'],
  [/LOADING/, 'The engine is loading its data. Wait.'],
  [
    /max number of clients/,
    'The server accepts no more connections (maxclients). Raise maxclients, or close other connections.',
  ],
  [/BUSY/, 'The server is running a long script (BUSY). Wait, or end it with SCRIPT KILL.'],
  [/SILENT/, 'The server stopped answering. Reconnecting.'],
  [
    /ETIMEDOUT|timeout|timed out|Disconnects client/i,
    'No connection within the timeout. Check host, port, TLS and firewall.',
  ],
  [/ECONNRESET|EPIPE|closed unexpectedly/i, 'The connection was lost. Reconnecting.'],
];

/** Whether the failure lasts until somebody changes a setting. */
export function isMisconfiguration(error: unknown): boolean {
  if (findCredentialsErrors(error).length > 0) return true;
  const text = fullText(error);
  return MISCONFIGURATIONS.some(([pattern]) => pattern.test(text));
}

/** Whether the URL names the wrong kind of servers. The application then refuses to start. */
export function isWrongUrl(error: unknown): boolean {
  return WRONG_URL.test(fullText(error));
}

/** What is wrong with the connection and what to do, for health and logs. Never contains credentials. */
export function explainConnectionFailure(error: unknown): string {
  const [credentialsError] = findCredentialsErrors(error);
  if (credentialsError) return credentialsError.message;
  const text = fullText(error);
  const [, denied] = /NOPERM .*'([a-z|]+)' command/.exec(text) ?? [];
  if (denied) return `The ACL of the user does not allow ${denied}. Add +${denied} to it.`;
  const known = [...MISCONFIGURATIONS, ...TEMPORARY_FAILURES].find(([pattern]) => pattern.test(text));
  if (known) return known[1];
  if (error instanceof ErrorReply) return `The server refused the connection: ${serverMessage(error)}.`;
  return `The connection failed (${codeOf(error) || nameOf(error)}).`;
}

/** The server's error code and text, up to the first quote: it quotes arguments, which can be credentials. */
function serverMessage({ message }: Error): string {
  const [text = ''] = message.split(/['"`\n]|, with args/, 1);
  return text
    .trim()
    .replace(/[.,:]+$/, '')
    .slice(0, MAX_MESSAGE_LENGTH);
}

/** Includes the errors of an AggregateError (several addresses or sentinels), whose own message says nothing. */
function fullText(error: unknown): string {
  const causes = error instanceof AggregateError ? error.errors.map(fullText) : [];
  // Without the arguments that the server repeats.
  const [message = ''] = String(error).split(', with args', 1);
  return [codeOf(error), message, ...causes].join(' ');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
