import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.js';

describe('parseOptions', () => {
  it('starts its own stack by default', () => {
    expect(parseOptions([])).toEqual({ url: null, seconds: 2, rounds: 3, connections: 4, json: null });
  });

  it.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://127.1.2.3', 'http://[::1]:3000'])(
    'accepts the loopback address %s',
    (url) => {
      expect(parseOptions(['--url', url]).url).toBe(url);
    },
  );

  it.each([
    'http://example.org',
    'http://10.0.0.1:3000',
    'http://127.0.0.1.example.org',
    'http://localhost.example.org',
    'http://localhost@example.org',
    'https://localhost:3000',
    'localhost:3000',
    '',
  ])('refuses "%s"', (url) => {
    expect(() => parseOptions(['--url', url])).toThrow('on this machine');
  });

  it.each([
    ['--seconds', '0'],
    ['--seconds', '61'],
    ['--seconds', '1.5'],
    ['--rounds', 'many'],
    ['--rounds', '21'],
    ['--connections', '65'],
    ['--connections', ''],
  ])('refuses %s "%s" and names the range', (name, value) => {
    expect(() => parseOptions([name, value])).toThrow(
      new RegExp(`^${name} must be a whole number from 1 to`),
    );
  });

  it('rejects an unknown option', () => {
    expect(() => parseOptions(['--duration', '3'])).toThrow('--duration');
  });
});
