import { describe, expect, it } from 'vitest';
import { describeAddress, EngineUrlError } from './engine-address.js';
import { parseEngineUrl } from './engine-url.js';

describe('parseEngineUrl', () => {
  it('reads kind, host, port, database and credentials', () => {
    expect(parseEngineUrl('valkey://app:s%40fe@10.0.0.1:6380/3')).toEqual({
      kind: 'valkey',
      topology: 'standalone',
      nodes: [{ host: '10.0.0.1', port: 6380 }],
      database: 3,
      username: 'app',
      password: 's@fe',
    });
  });

  it('uses the default port and database if the URL has none', () => {
    expect(parseEngineUrl('redis://localhost')).toMatchObject({
      nodes: [{ host: 'localhost', port: 6379 }],
      database: 0,
    });
    expect(parseEngineUrl('memcached://a,b:11300').nodes).toEqual([
      { host: 'a', port: 11211 },
      { host: 'b', port: 11300 },
    ]);
  });

  it('reads sentinels, clusters and TLS', () => {
    expect(parseEngineUrl('rediss+sentinel://:pw@a,b:26380/2?name=primary&ca=ca.pem')).toEqual({
      kind: 'redis',
      topology: 'sentinel',
      nodes: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 26_380 },
      ],
      database: 2,
      password: 'pw',
      primaryName: 'primary',
      tls: { ca: 'ca.pem' },
    });
    expect(parseEngineUrl('valkeys+cluster://a:7000,b:7001?servername=cache')).toMatchObject({
      kind: 'valkey',
      topology: 'cluster',
      nodes: [{ port: 7000 }, { port: 7001 }],
      tls: { servername: 'cache' },
    });
  });

  it('reads Memcached with TLS and with a configuration endpoint', () => {
    expect(parseEngineUrl('memcacheds://a,b:1?ca=ca.pem')).toMatchObject({
      kind: 'memcached',
      topology: 'standalone',
      nodes: [{ port: 11_211 }, { port: 1 }],
      tls: { ca: 'ca.pem' },
    });
    expect(parseEngineUrl('memcacheds+discovery://x.cfg.example:11211')).toEqual({
      kind: 'memcached',
      topology: 'discovery',
      nodes: [{ host: 'x.cfg.example', port: 11_211 }],
      database: 0,
      tls: {},
    });
    expect(parseEngineUrl('memcached+discovery://a').tls).toBeUndefined();
  });

  it.each([
    'REDIS://Host',
    'Rediss+Sentinel://Host?name=Primary',
    'VALKEYS+CLUSTER://Host',
    'MemcacheDs://Host',
  ])('accepts the scheme of %s in any case, and keeps the case of everything else', (url) => {
    const lowerCase = url.replace(/^[^:]+/, (scheme) => scheme.toLowerCase());
    expect(parseEngineUrl(url)).toEqual(parseEngineUrl(lowerCase));
    expect(parseEngineUrl(url).nodes).toMatchObject([{ host: 'Host' }]);
  });

  it('reads an IPv6 host', () => {
    expect(parseEngineUrl('redis://[::1]:6379').nodes).toEqual([{ host: '::1', port: 6379 }]);
  });

  it.each([
    ['http://localhost', /scheme "http"\. Use redis:\/\//],
    ['localhost:6379', /not a URL/],
    ['redis+ring://localhost', /scheme "redis\+ring"/],
    ['memcached+cluster://localhost', /scheme "memcached\+cluster"/],
    ['redis+discovery://localhost', /scheme "redis\+discovery"/],
    ['memcached://localhost?ca=ca.pem', /parameter "ca".*Write memcacheds for TLS/],
    ['memcacheds://localhost?name=x', /parameter "name", which memcacheds:\/\/ does not support\. Remove it/],
    ['memcached+discovery://a,b', /names 2 hosts.*configuration endpoint alone/],
    ['memcacheds+discovery://u:p@localhost', /credentials.*Remove them/],
    ['memcached+discovery://localhost/1', /no databases/],
    ['redis+sentinel://localhost', /name the primary that the sentinels watch\. Add \?name=/],
    ['valkey+cluster://localhost/1', /database 0 only/],
    ['redis://localhost?ca=ca.pem', /parameter "ca".*Write rediss for TLS/],
    ['rediss://localhost?cert=c.pem', /only one of cert and key/],
    ['redis://a,b', /names 2 hosts/],
    ['redis://localhost:99999', /no usable host and port/],
    ['redis://', /no usable host and port/],
    ['redis://localhost/first', /database number/],
    ['redis://localhost?name=x', /parameter "name"/],
    ['redis://secret@localhost', /no password/],
    ['redis://user:@localhost', /no password/],
    ['redis://@localhost', /no password/],
    ['rediss://localhost?ca=', /"ca" without a value/],
    ['rediss://localhost?ca=a.pem&ca=b.pem', /"ca" more than once/],
    ['redis+sentinel://a?name=x&name=y', /"name" more than once/],
    ['redis+sentinel://a?name=', /"name" without a value/],
    ['redis://local host', /no usable host and port/],
    ['redis://[zz]', /no usable host and port/],
    ['redis://a,', /no usable host and port/],
    ['redis://localhost#0', /not a URL/],
    ['memcached://localhost/1', /no databases/],
    ['memcached://u:p@localhost', /credentials/],
  ])('rejects %s and says what to write instead', (url, message) => {
    expect(() => parseEngineUrl(url)).toThrow(EngineUrlError);
    expect(() => parseEngineUrl(url)).toThrow(message);
  });

  it.each([
    'redis://user:hunter2%@localhost',
    'redis://user:hunt/er2@localhost',
    'redis://user:hunter2/@localhost',
    'redis://user:12/hunter2@localhost',
    'redis://user:hunter@2@localhost',
    'redis://user:x@hunter2@localhost',
    'redis+cluster://user:a@hunter2/b@localhost',
  ])('rejects %s without repeating the password, and says to percent-encode it', (url) => {
    expect(() => parseEngineUrl(url)).toThrow(/^(?!.*(hunt|er2)).*[Pp]ercent-encode/);
  });

  it.each([
    'redis://:hunter2:6379',
    'redis://user:hunter2',
    'redis://localhost:12/hunter2',
    'memcached://localhost/hunter2',
    'redis+cluster://localhost/hunter2',
    'hunter2@redis://localhost',
  ])('rejects %s without repeating what may be a password', (url) => {
    expect(() => parseEngineUrl(url)).toThrow(/^(?!.*hunter2)/);
  });

  it('describes an address without its credentials', () => {
    expect(describeAddress(parseEngineUrl('redis://user:hunter2@localhost'))).toBe(
      'redis://localhost:6379/0',
    );
    expect(describeAddress(parseEngineUrl('valkeys+cluster://u:hunter2@a,b:1'))).toBe(
      'valkeys+cluster://a:6379,b:1',
    );
    expect(describeAddress(parseEngineUrl('memcacheds+discovery://a'))).toBe(
      'memcacheds+discovery://a:11211',
    );
  });
});
