import type { EngineKind, EngineTopology } from '../engine.wire.js';
import { type EngineLogin, EngineUrlError, type IamSettings } from './engine-address.js';

/** The parameters of {@link readLogin} and {@link readSentinelLogin}. */
export const LOGIN_PARAMETERS = ['password-file', 'auth', 'cache', 'region', 'serverless', 'token-seconds'];
export const SENTINEL_LOGIN_PARAMETERS = ['sentinel-user', 'sentinel-password', 'sentinel-password-file'];

interface Scheme {
  kind: EngineKind;
  topology: EngineTopology;
  tls: boolean;
}

const IAM_PARAMETERS = ['cache', 'region', 'serverless', 'token-seconds'];
/** AWS accepts no longer lifetime. A shorter one than the minimum leaves no time to sign in again. */
const TOKEN_SECONDS = { least: 10, most: 900 };

/**
 * Reads how connections sign in: `user:password`, or `user` with a parameter.
 *
 * @param text what precedes the "@". Undefined without "@".
 * @throws {EngineUrlError} naming the wrong part. It never repeats user or password.
 */
export function readLogin(
  scheme: Scheme,
  text: string | undefined,
  parameters: URLSearchParams,
): EngineLogin {
  if (scheme.kind === 'memcached') {
    if (text === undefined) return {};
    throw new EngineUrlError('has credentials, which are not supported for Memcached. Remove them.');
  }
  const [user, password] = splitCredentials(text ?? '');
  const passwordFile = parameters.get('password-file') ?? undefined;
  const usesIam = readAuth(parameters);
  if (password !== undefined && (passwordFile || usesIam)) {
    const parameter = usesIam ? 'auth=iam' : 'password-file';
    throw new EngineUrlError(`has a password and ${parameter}. Remove one of them.`);
  }
  if (text !== undefined && !password && !(user && (passwordFile || usesIam))) {
    throw new EngineUrlError(
      'has no password before the "@". Write user:password@host, :password@host, or the host alone; a user alone needs password-file=FILE or auth=iam.',
    );
  }
  return {
    ...(user && { username: user }),
    ...(password && { password }),
    ...(passwordFile && { passwordFile }),
    ...(usesIam && { iam: readIam(scheme, user, parameters) }),
  };
}

/** Reads the credentials for the sentinels. Undefined: they get those of the servers. */
export function readSentinelLogin(parameters: URLSearchParams): EngineLogin | undefined {
  const [username, password, passwordFile] = SENTINEL_LOGIN_PARAMETERS.map((name) => parameters.get(name));
  if (!username && !password && !passwordFile) return undefined;
  if (Boolean(password) === Boolean(passwordFile)) {
    throw new EngineUrlError(
      'needs exactly one of sentinel-password and sentinel-password-file. Add one, or remove the others.',
    );
  }
  return {
    ...(username && { username }),
    ...(password && { password }),
    ...(passwordFile && { passwordFile }),
  };
}

function splitCredentials(text: string): [user: string, password: string | undefined] {
  const separator = text.indexOf(':');
  const parts = separator === -1 ? [text] : [text.slice(0, separator), text.slice(separator + 1)];
  try {
    const [user = '', password] = parts.map(decodeURIComponent);
    return [user, password];
  } catch {
    throw new EngineUrlError('has a password with a stray "%". Percent-encode it (encodeURIComponent).');
  }
}

function readAuth(parameters: URLSearchParams): boolean {
  const auth = parameters.get('auth');
  if (auth !== null && auth !== 'iam') {
    throw new EngineUrlError('has an unknown value of "auth". Write auth=iam, or remove it.');
  }
  const orphan = IAM_PARAMETERS.find((name) => parameters.has(name));
  if (auth === null && orphan) {
    throw new EngineUrlError(`has the parameter "${orphan}", which needs auth=iam. Add that, or remove it.`);
  }
  return auth === 'iam';
}

function readIam({ kind, topology, tls }: Scheme, user: string, parameters: URLSearchParams): IamSettings {
  const problems: [isWrong: boolean, problem: string][] = [
    [parameters.has('password-file'), 'and password-file. Remove one of them.'],
    [
      topology === 'sentinel',
      `with sentinels, which ElastiCache does not have. Write ${kind}s:// or ${kind}s+cluster://.`,
    ],
    [!tls, `without TLS, which ElastiCache requires for it. Write ${kind}s for TLS.`],
    [user === '', 'without a user. Write user@host.'],
    [
      user !== user.toLowerCase(),
      'and a user that is not in lower case. Write it as its user id, which ElastiCache keeps in lower case.',
    ],
  ];
  const wrong = problems.find(([isWrong]) => isWrong);
  if (wrong) throw new EngineUrlError(`has auth=iam ${wrong[1]}`);
  return {
    cache: readName(parameters, 'cache', /^[a-z][a-z0-9-]*$/),
    region: readName(parameters, 'region', /^[a-z]{2}(-[a-z]+)+-\d$/),
    isServerless: readServerless(parameters),
    tokenSeconds: readTokenSeconds(parameters),
  };
}

const EXAMPLES = {
  cache: 'the name of the replication group or serverless cache in lower case, not an endpoint',
  region: 'for example eu-central-1',
};

function readName(parameters: URLSearchParams, name: keyof typeof EXAMPLES, pattern: RegExp): string {
  const value = parameters.get(name);
  if (value && pattern.test(value)) return value;
  const problem = value ? `has a ${name} that is not valid.` : `has auth=iam without a ${name}.`;
  throw new EngineUrlError(`${problem} Write ${name}=NAME: ${EXAMPLES[name]}.`);
}

function readServerless(parameters: URLSearchParams): boolean {
  const value = parameters.get('serverless') ?? 'false';
  if (value === 'true' || value === 'false') return value === 'true';
  throw new EngineUrlError(
    'has an unknown value of "serverless". Write serverless=true for a serverless cache, or remove it.',
  );
}

function readTokenSeconds(parameters: URLSearchParams): number {
  const { least, most } = TOKEN_SECONDS;
  const value = parameters.get('token-seconds') ?? `${most}`;
  const seconds = /^\d{1,3}$/.test(value) ? Number(value) : 0;
  if (seconds >= least && seconds <= most) return seconds;
  throw new EngineUrlError(
    `has token-seconds that are not a whole number from ${least} to ${most}. Correct it, or remove it.`,
  );
}
