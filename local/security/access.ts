import { createHash, randomBytes } from 'node:crypto';

export interface AccessOptions {
  /** The application's. Memcached has none here. */
  readonly password?: string;
  /** Users from an ACL file, as in production: `default` is off, the application has its own user and least privileges. */
  readonly acl?: boolean;
}

export interface Credentials {
  readonly username?: string;
  readonly password: string;
}

/** Who may talk to the nodes of a stack, as what. undefined = anybody. */
export interface Access {
  /** In the URL. */
  readonly application: Credentials | undefined;
  /** Replicas to their primary, sentinels to all they watch and to each other, `command()` to a node. */
  readonly replica: Credentials | undefined;
  readonly sentinel: Credentials | undefined;
  readonly operator: Credentials | undefined;
  /** Of data nodes and of sentinels, where users come from a file. */
  readonly users?: { readonly data: string; readonly sentinels: string };
}

/**
 * What stores and the connection layer send, and nothing that reads or changes the server itself
 * (CONFIG, DEBUG, ACL, SHUTDOWN, REPLICAOF) or goes through all keys (KEYS, FLUSHALL).
 */
const APPLICATION =
  '~* &* +@read +@write +@keyspace +@connection +@transaction +@scripting +@pubsub -@admin -@dangerous ' +
  '+info +role +wait +cluster|slots +cluster|shards +cluster|nodes +cluster|info +cluster|myid +cluster|keyslot';
// From the manuals of Sentinel and of replication.
const REPLICA = '+psync +replconf +ping';
const SENTINEL_ON_DATA =
  'allchannels +multi +slaveof +replicaof +ping +exec +subscribe +config|rewrite +role +publish +info ' +
  '+client|setname +client|kill +script|kill';
const APPLICATION_ON_SENTINELS =
  'allchannels -@all +auth +hello +ping +info +role +client +subscribe +psubscribe +unsubscribe +punsubscribe +sentinel|master ' +
  '+sentinel|masters +sentinel|get-master-addr-by-name +sentinel|replicas +sentinel|slaves +sentinel|sentinels +sentinel|myid';
const EVERYTHING = '~* &* +@all';

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
        user(application, APPLICATION),
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

/** `user:password@` of a URL, or nothing. */
export function urlCredentials(credentials: Credentials | undefined): string {
  if (!credentials) return '';
  return `${encodeURIComponent(credentials.username ?? '')}:${encodeURIComponent(credentials.password)}@`;
}

/** By its hash: an ACL file is read by more people than a vault. */
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
