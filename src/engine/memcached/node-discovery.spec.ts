import { describe, expect, it } from 'vitest';
import { parseClusterNodes } from './node-discovery.js';

describe('parseClusterNodes', () => {
  it('reads the version and the nodes, named by host or else by address', () => {
    expect(
      parseClusterNodes('12\na.cache.example|10.0.0.1|11211 b.cache.example||11212 |10.0.0.3|11213\n'),
    ).toEqual({
      version: 12,
      nodes: [
        { host: 'a.cache.example', port: 11_211 },
        { host: 'b.cache.example', port: 11_212 },
        { host: '10.0.0.3', port: 11_213 },
      ],
    });
  });

  it.each([
    '',
    '12',
    '12\n',
    'x\na||1',
    '1\na|b',
    '1\na||0',
    '1\na||65536',
    '1\n||1',
    '1\na|b|1|c',
    '1\na||1 b',
  ])('rejects %j', (text) => {
    expect(() => parseClusterNodes(text)).toThrow('NODISCOVERY');
  });
});
