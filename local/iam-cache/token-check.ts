import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

/** What a token must have been made for. */
export interface TokenRules {
  readonly cache: string;
  readonly user: string;
  readonly region: string;
  readonly isServerless: boolean;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Older tokens are refused, even if they state a longer lifetime. */
  readonly tokenSeconds: number;
}

/**
 * Returns why ElastiCache would refuse a token, or undefined.
 *
 * Source: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
 */
export async function whyRefused(
  token: string,
  user: string,
  rules: TokenRules,
): Promise<string | undefined> {
  if (!URL.canParse(`http://${token}`)) return 'not a token';
  const { hostname, searchParams } = new URL(`http://${token}`);
  const query = Object.fromEntries(searchParams);
  const signedAt = parseDate(query['X-Amz-Date'] ?? '');
  const lifetimeSeconds = Math.min(Number(query['X-Amz-Expires']), rules.tokenSeconds);
  const checks: [isRight: boolean, problem: string][] = [
    [hostname === rules.cache, 'another cache'],
    [query['Action'] === 'connect', 'another action'],
    [user === rules.user && query['User'] === user, 'another user'],
    [query['ResourceType'] === (rules.isServerless ? 'ServerlessCache' : undefined), 'another type of cache'],
    [Date.now() <= signedAt.getTime() + lifetimeSeconds * 1_000, 'expired'],
  ];
  const wrong = checks.find(([isRight]) => !isRight);
  if (wrong) return wrong[1];
  const isSigned = query['X-Amz-Signature'] === (await signatureOf(query, signedAt, rules));
  return isSigned ? undefined : 'another signature';
}

/** Signs the same request again. A presigned request repeats its parameters, which are therefore part of the signature. */
async function signatureOf(
  query: Record<string, string>,
  signingDate: Date,
  { cache, region, accessKeyId, secretAccessKey }: TokenRules,
): Promise<string | undefined> {
  const signer = new SignatureV4({
    service: 'elasticache',
    region,
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256,
  });
  const own = Object.entries(query).filter(([name]) => !name.startsWith('X-Amz-'));
  const request = {
    method: 'GET',
    protocol: 'http:',
    hostname: cache,
    path: '/',
    headers: { host: cache },
    query: Object.fromEntries(own),
  };
  const signed = await signer.presign(request, { expiresIn: Number(query['X-Amz-Expires']), signingDate });
  return signed.query?.['X-Amz-Signature'] as string | undefined;
}

/** `20261128T124602Z` */
function parseDate(text: string): Date {
  return new Date(text.replace(/^(\d{4})(\d{2})(\d{2}T\d{2})(\d{2})(\d{2}Z)$/, '$1-$2-$3:$4:$5'));
}
