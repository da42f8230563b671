import { describe, expect, it } from 'vitest';
import { describeAddress, EngineUrlError, parseEngineUrl } from './engine-url.js';

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

  it('fills in the default port and database', () => {
    expect(parseEngineUrl('redis://localhost')).toMatchObject({
      nodes: [{ host: 'localhost', port: 6379 }],
      database: 0,
    });
    expect(parseEngineUrl('memcached://a,b:11300').nodes).toEqual([
      { host: 'a', port: 11211 },
      { host: 'b', port: 11300 },
    ]);
  });

  it('reads an IPv6 host', () => {
    expect(parseEngineUrl('redis://[::1]:6379').nodes).toEqual([{ host: '::1', port: 6379 }]);
  });

  it.each([
    ['http://localhost', /scheme "http"\. Use redis:\/\//],
    ['localhost:6379', /not a URL/],
    ['rediss://localhost', /asks for TLS .* not supported yet/],
    ['valkey+cluster://localhost', /asks for cluster .* not supported yet/],
    ['redis+sentinel://localhost', /asks for sentinel .* not supported yet/],
    ['redis://a,b', /names 2 hosts/],
    ['redis://localhost:99999', /no usable host and port/],
    ['redis://', /no usable host and port/],
    ['redis://localhost/first', /database number/],
    ['redis://localhost?name=x', /parameter "name"/],
    ['redis://secret@localhost', /no password/],
    ['memcached://localhost/1', /no databases/],
    ['memcached://u:p@localhost', /credentials/],
  ])('refuses %s and says what to write', (url, message) => {
    expect(() => parseEngineUrl(url)).toThrow(EngineUrlError);
    expect(() => parseEngineUrl(url)).toThrow(message);
  });

  it('never repeats a password', () => {
    expect(() => parseEngineUrl('redis://user:hunter2%@localhost')).toThrow(/^(?!.*hunter2).*Percent-encode/);
    expect(describeAddress(parseEngineUrl('redis://user:hunter2@localhost'))).toBe(
      'redis://localhost:6379/0',
    );
  });
});
