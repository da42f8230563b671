import type { EngineAddress, EngineLogin } from '../address/engine-address.js';
import { type Credentials, sentOnce } from './credentials.js';
import { CredentialsError } from './credentials-error.js';
import { FileCredentials } from './file-credentials.js';
import { IamCredentials } from './iam-credentials.js';

/** The credentials for the servers of an address. */
export function serverCredentials(address: EngineAddress): Credentials {
  const { client } = address;
  if (client) return { open: () => Promise.resolve({ provider: client.provider }) };
  return credentialsOf(address, 'password-file');
}

/** The credentials for the sentinels: their own, or else those of the servers. */
export function sentinelCredentials(address: EngineAddress): Credentials {
  const { sentinel } = address;
  if (!sentinel) return serverCredentials(address);
  if (sentinel.passwordFile) return credentialsOf(sentinel, 'sentinel-password-file');
  const refused = () =>
    new CredentialsError(
      'The sentinels refuse the user or password. Correct sentinel-user and sentinel-password in its URL.',
    );
  return { open: () => Promise.resolve({ provider: sentOnce(sentinel), refused }) };
}

function credentialsOf(
  { username, password, passwordFile, iam }: EngineLogin,
  parameter: string,
): Credentials {
  const user = username ? { username } : {};
  if (iam) return new IamCredentials(username ?? '', iam);
  if (passwordFile) return new FileCredentials(user, passwordFile, parameter);
  const provider = sentOnce({ ...user, ...(password && { password }) });
  return { open: () => Promise.resolve({ provider }) };
}
