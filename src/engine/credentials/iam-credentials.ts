import { withTimeLimit } from '../../common/index.js';
import type { IamSettings } from '../address/engine-address.js';
import type { ConnectionCredentials, Credentials } from './credentials.js';
import { CredentialsError } from './credentials-error.js';
import type { IamTokenSigner } from './iam-token.js';
import { renewed } from './renewed-credentials.js';

/** AWS looks for credentials in several places; its metadata services can be slow. */
const AWS_TIMEOUT_MS = 10_000;

/** Tokens of AWS IAM. A connection signs in again with a new token before the latest one expires. */
export class IamCredentials implements Credentials {
  private signer: Promise<IamTokenSigner> | undefined;

  constructor(
    private readonly username: string,
    private readonly settings: IamSettings,
  ) {}

  async open(): Promise<ConnectionCredentials> {
    const { username } = this;
    const next = async () => ({ username, password: await this.signToken() });
    const provider = renewed(await next(), {
      next,
      lifetimeMs: this.settings.tokenSeconds * 1_000,
      refused: refusedToken,
    });
    return { provider, refused: refusedToken };
  }

  private async signToken(): Promise<string> {
    this.signer ??= this.load();
    try {
      const signer = await this.signer;
      return await withTimeLimit(AWS_TIMEOUT_MS, signer.sign(), timeoutError);
    } catch (error) {
      throw explainAwsFailure(error);
    }
  }

  private async load(): Promise<IamTokenSigner> {
    const { IamTokenSigner } = await import('./iam-token.js');
    return new IamTokenSigner(this.username, this.settings);
  }
}

function refusedToken(): CredentialsError {
  return new CredentialsError(
    'The cache refuses the token of auth=iam. Check cache=, region=, serverless= and the user in its URL, the elasticache:Connect policy, and the clock of this machine.',
  );
}

function timeoutError(): Error {
  return new DOMException('AWS did not answer in time', 'TimeoutError');
}

/** The error's message can contain names of files and profiles, so only its name is repeated. */
export function explainAwsFailure(error: unknown): CredentialsError {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
    return new CredentialsError(
      'A package for auth=iam is missing. Install @aws-sdk/credential-provider-node, @smithy/signature-v4 and @aws-crypto/sha256-js.',
    );
  }
  const name = error instanceof Error ? error.name : 'Error';
  if (name === 'CredentialsProviderError') {
    return new CredentialsError(
      'No AWS credentials were found for auth=iam. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role.',
    );
  }
  return new CredentialsError(
    `AWS gave no credentials for auth=iam (${/^\w+$/.test(name) ? name : 'Error'}). Check its role and its policies.`,
  );
}
