import { Sha256 } from '@aws-crypto/sha256-js';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import type { IamSettings } from '../address/engine-address.js';

/**
 * Signs the tokens of one user of a cache: a presigned request in place of a password, without its scheme. This file is imported only
 * when a URL has `auth=iam`, because the AWS packages take longer to load than the rest of the engine.
 *
 * Source: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
 */
export class IamTokenSigner {
  private readonly signer: SignatureV4;

  constructor(
    private readonly username: string,
    private readonly settings: IamSettings,
  ) {
    this.signer = new SignatureV4({
      service: 'elasticache',
      region: settings.region,
      // It caches the credentials and renews them five minutes before they expire.
      credentials: defaultProvider(),
      sha256: Sha256,
    });
  }

  async sign(): Promise<string> {
    const { cache, isServerless, tokenSeconds } = this.settings;
    const request = {
      method: 'GET',
      protocol: 'http:',
      hostname: cache,
      path: '/',
      headers: { host: cache },
      query: {
        Action: 'connect',
        User: this.username,
        ...(isServerless && { ResourceType: 'ServerlessCache' }),
      },
    };
    const { query = {} } = await this.signer.presign(request, { expiresIn: tokenSeconds });
    const parameters = Object.entries(query).map(
      ([name, value]) => `${name}=${encodeURIComponent(String(value))}`,
    );
    return `${cache}/?${parameters.join('&')}`;
  }
}
