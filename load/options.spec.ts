import { describe, expect, it } from 'vitest';
import { parseOptions as parse } from './options.js';

const SCENARIOS = [
  { name: 'query-cache', question: '?' },
  { name: 'viewers', question: '?', uses: [] },
  { name: 'local-hit', question: '?', uses: ['rounds'], needs: 'servers' },
] as const;
const parseOptions = (args: string[]) => parse(args, SCENARIOS);

describe('parseOptions', () => {
  it('starts its own stack and runs all scenarios by default', () => {
    expect(parseOptions([])).toEqual({
      scenarios: [],
      quick: false,
      profile: false,
      url: null,
      seconds: 0.6,
      rounds: 9,
      connections: 4,
      json: null,
      html: null,
      compare: null,
    });
  });

  it('has shorter rounds with --quick, which other options override', () => {
    expect(parseOptions(['--quick'])).toMatchObject({ seconds: 0.12, rounds: 6 });
    expect(parseOptions(['--quick', '--rounds', '2'])).toMatchObject({ seconds: 0.12, rounds: 2 });
  });

  it('accepts names of scenarios, and names them all for an unknown one', () => {
    expect(parseOptions(['viewers', 'query-cache']).scenarios).toEqual(['viewers', 'query-cache']);
    expect(() => parseOptions(['viewer'])).toThrow(
      'There is no scenario "viewer". Choose from query-cache, viewers, local-hit.',
    );
  });

  it.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://127.1.2.3', 'https://[::1]:3000'])(
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
  ])('accepts "%s" only with --i-own-this-host', (url) => {
    expect(() => parseOptions(['--url', url])).toThrow('add --i-own-this-host');
    expect(parseOptions(['--url', url, '--i-own-this-host']).url).toBe(new URL(url).origin);
  });

  it.each(['localhost:3000', 'ftp://localhost', ''])('refuses "%s"', (url) => {
    expect(() => parseOptions(['--url', url, '--i-own-this-host'])).toThrow(
      '--url must be the URL of an app',
    );
  });

  it.each([
    ['--seconds', '0.01'],
    ['--seconds', '61'],
    ['--seconds', 'long'],
    ['--seconds', ''],
  ])('refuses %s "%s" and names the range', (name, value) => {
    expect(() => parseOptions([name, value])).toThrow('--seconds must be a number from 0.1 to 60');
  });

  it.each([
    ['--rounds', 'many'],
    ['--rounds', '21'],
    ['--connections', '65'],
    ['--connections', ''],
  ])('refuses %s "%s" and names the range', (name, value) => {
    expect(() => parseOptions([name, value])).toThrow(
      new RegExp(`^${name} must be a whole number from 1 to`),
    );
  });

  it.each([
    [['local-hit', '--url', 'http://localhost:3000'], '--url has no effect on local-hit.'],
    [['local-hit', 'viewers', '--seconds', '2'], '--seconds has no effect on local-hit, viewers.'],
  ])('refuses %o, which no chosen scenario uses', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });

  it('accepts an option that one of the chosen scenarios uses', () => {
    expect(parseOptions(['local-hit', 'viewers', '--rounds', '2']).rounds).toBe(2);
  });

  it('refuses --profile of an app that it does not start', () => {
    expect(parseOptions(['--profile']).profile).toBe(true);
    expect(() => parseOptions(['--profile', '--url', 'http://localhost:3000'])).toThrow(
      '--profile needs an app that this command starts. Remove --url.',
    );
  });

  it('rejects an unknown option', () => {
    expect(() => parseOptions(['--duration', '3'])).toThrow('--duration');
  });
});
