import { describe, expect, it } from 'vitest';
import { EngineUrlError } from './engine-address.js';
import { parseEngineUrl } from './engine-url.js';

const IAM = 'valkeys+cluster://app@a?auth=iam&cache=shop&region=eu-central-1';

describe('the credentials in an engine URL', () => {
  it('reads a password file, with and without a user', () => {
    expect(parseEngineUrl('redis://app@a?password-file=/run/secrets/a+b')).toMatchObject({
      username: 'app',
      passwordFile: '/run/secrets/a+b',
    });
    const address = parseEngineUrl('redis+cluster://a?password-file=password');
    expect(address).toMatchObject({ passwordFile: 'password' });
    expect(address).not.toHaveProperty('username');
  });

  it('reads the settings of IAM', () => {
    expect(parseEngineUrl(IAM)).toMatchObject({
      username: 'app',
      iam: { cache: 'shop', region: 'eu-central-1', isServerless: false, tokenSeconds: 900 },
    });
    expect(parseEngineUrl(`${IAM}&serverless=true&token-seconds=60`)).toMatchObject({
      iam: { isServerless: true, tokenSeconds: 60 },
    });
  });

  it('reads the credentials of the sentinels', () => {
    const url = 'redis+sentinel://app:secret@a?name=primary&sentinel-user=watcher&sentinel-password=a+%40';
    expect(parseEngineUrl(url)).toMatchObject({
      username: 'app',
      password: 'secret',
      sentinel: { username: 'watcher', password: 'a+@' },
    });
    expect(parseEngineUrl('redis+sentinel://a?name=primary&sentinel-password-file=f')).toMatchObject({
      sentinel: { passwordFile: 'f' },
    });
    expect(parseEngineUrl('redis+sentinel://:secret@a?name=primary')).not.toHaveProperty('sentinel');
  });

  it.each([
    ['redis://app@a', /user alone needs password-file=FILE or auth=iam/],
    ['redis://app:hunter2@a?password-file=f', /has a password and password-file\. Remove one/],
    ['redis+sentinel://a?name=p&sentinel-user=u', /exactly one of sentinel-password and/],
    ['redis+sentinel://a?name=p&sentinel-password=hunter2&sentinel-password-file=f', /exactly one of/],
    ['redis://a?sentinel-password=hunter2', /"sentinel-password", which redis:\/\/ does not support/],
    ['memcached://a?password-file=f', /"password-file", which memcached:\/\/ does not support/],
    ['rediss://app@a?auth=hunter2', /unknown value of "auth"\. Write auth=iam/],
    ['rediss://app:pw@a?region=eu-central-1', /"region", which needs auth=iam/],
    ['rediss://app@a?auth=iam&cache=shop', /auth=iam without a region\. Write region=NAME/],
    ['rediss://app@a?auth=iam&region=eu-central-1', /auth=iam without a cache\. Write cache=NAME/],
    ['rediss://app@a?auth=iam&cache=shop&region=Frankfurt', /region that is not valid/],
    ['rediss://app@a?auth=iam&cache=shop.x.cache.amazonaws.com&region=eu-central-1', /not an endpoint/],
    ['redis://app@a?auth=iam&cache=shop&region=eu-central-1', /auth=iam without TLS.*Write rediss/],
    ['rediss://a?auth=iam&cache=shop&region=eu-central-1', /auth=iam without a user\. Write user@host/],
    ['rediss://App@a?auth=iam&cache=shop&region=eu-central-1', /user that is not in lower case/],
    ['rediss://app:hunter2@a?auth=iam&cache=shop&region=eu-central-1', /has a password and auth=iam/],
    [
      'rediss://app@a?auth=iam&cache=shop&region=eu-central-1&password-file=f',
      /auth=iam and password-file\. Remove one/,
    ],
    ['rediss+sentinel://app@a?auth=iam&name=p&cache=shop&region=eu-central-1', /with sentinels/],
    [`${IAM}&serverless=yes`, /unknown value of "serverless"\. Write serverless=true/],
    [`${IAM}&token-seconds=901`, /token-seconds that are not a whole number from 10 to 900/],
  ])('rejects %s, names the setting, and does not repeat the secret', (url, message) => {
    expect(() => parseEngineUrl(url)).toThrow(EngineUrlError);
    expect(() => parseEngineUrl(url)).toThrow(message);
    expect(() => parseEngineUrl(url)).toThrow(/^(?!.*hunter2)/);
  });
});
