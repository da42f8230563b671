import { createHash, randomBytes } from 'node:crypto';

export interface AccessOptions {
  /** The application's password. Not for Memcached. */
  readonly password?: string;
  /**
   * Users from an ACL file, as in production: `default` is off, and the application has a user with few privileges, or with exactly
   * these rules, for example `~caching:* -@all +get`.
   */
  readonly acl?: boolean | string;
}

export interface Credentials {
  readonly username?: string;
  readonly password: string;
}

/** The credentials for the nodes of an engine. undefined = no credentials are needed. */
export interface Access {
  /** Contained in the URL. */
  readonly application: Credentials | undefined;
  /** Used by replicas for their primary. */
  readonly replica: Credentials | undefined;
  /** Used by sentinels for the nodes that they monitor and for each other. */
  readonly sentinel: Credentials | undefined;
  /** Used by `command()`. */
  readonly operator: Credentials | undefined;
  /** The contents of the ACL files for data nodes and sentinels. undefined without `acl`. */
  readonly users?: { readonly data: string; readonly sentinels: string };
}

/**
 * The commands of the stores and of the connection layer. No command that reads or changes the server itself
 * (CONFIG, DEBUG, ACL, SHUTDOWN, REPLICAOF) or visits all keys (KEYS, FLUSHALL).
 */
const APPLICATION =
  '~* &* +@read +@write +@keyspace +@connection +@transaction +@scripting +@pubsub -@admin -@dangerous ' +
  '+info +role +time +wait +cluster|slots +cluster|shards +cluster|nodes +cluster|info +cluster|myid +cluster|keyslot';
// From the documentation of Sentinel and of replication.
const REPLICA = '+psync +replconf +ping';
const SENTINEL_ON_DATA =
  'allchannels +multi +slaveof +replicaof +ping +exec +subscribe +config|rewrite +role +publish +info ' +
  '+client|setname +client|kill +script|kill';
const APPLICATION_ON_SENTINELS =
  'allchannels -@all +auth +hello +ping +info +role +client +subscribe +psubscribe +unsubscribe +punsubscribe +sentinel|master ' +
  '+sentinel|masters +sentinel|get-master-addr-by-name +sentinel|replicas +sentinel|slaves +sentinel|sentinels +sentinel|myid';
const EVERYTHING = '~* &* +@all';

/** Generates the credentials of a new engine. */
export function makeAccess({ password, acl }: AccessOptions): Access {
  if (!acl) {
    const all = password === undefined ? undefined : { password };
    return { application: all, replica: all, sentinel: all, operator: all };
  }
  const application = { username: 'app', password: password ?? newPassword() };
  const replica = { username: 'replica', password: newPassword() };
  const sentinel = { username: 'sentinel', password: newPassword() };
  const operator = { username: 'operator', password: newPassword() };
  return {
    application,
    replica,
    sentinel,
    operator,
    users: {
      data: aclFile([
        user(application, acl === true ? APPLICATION : acl),
        user(replica, REPLICA),
        user(sentinel, SENTINEL_ON_DATA),
        user(operator, EVERYTHING),
      ]),
      sentinels: aclFile([
        user(application, APPLICATION_ON_SENTINELS),
        user(sentinel, EVERYTHING),
        user(operator, EVERYTHING),
      ]),
    },
  };
}

/** `user:password@` for a URL, or '' without credentials. */
export function urlCredentials(credentials: Credentials | undefined): string {
  if (!credentials) return '';
  return `${encodeURIComponent(credentials.username ?? '')}:${encodeURIComponent(credentials.password)}@`;
}

/** A line of the ACL file, with the hash of the password. */
function user({ username, password }: Credentials, rules: string): string {
  const hash = createHash('sha256').update(password).digest('hex');
  return `user ${username} on #${hash} ${rules}`;
}

function aclFile(users: readonly string[]): string {
  return ['user default off', ...users, ''].join('\n');
}

function newPassword(): string {
  return randomBytes(24).toString('base64url');
}
