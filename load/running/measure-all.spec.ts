import { describe, expect, it } from 'vitest';
import { EngineUnavailableError } from '../../local/index.js';
import { parseOptions } from '../options.js';
import type { ServersScenario, Setting } from '../scenario.js';
import { ownProfiler, type Profiler } from '../profile/profiler.js';
import { measureAll } from './measure-all.js';

const scenario = (name: string, measure: (setting: Setting) => Promise<object>): ServersScenario => ({
  name,
  question: '?',
  needs: 'servers',
  seconds: () => 60,
  measure,
});
const works = (name: string) => scenario(name, () => Promise.resolve({ answers: [name] }));
const fails = (error: Error) =>
  scenario('fails', async () => {
    throw error;
  });

function run(
  scenarios: ServersScenario[],
  { names = [] as string[], signal = new AbortController().signal, profiler = null as Profiler | null } = {},
) {
  const said: string[] = [];
  const options = { ...parseOptions([], []), scenarios: names };
  const say = (progress: string) => void said.push(progress);
  const profilerOf = () => profiler;
  const outcome = measureAll({ scenarios, app: null, engineUrl: null, options, profilerOf, signal, say });
  return { said, outcome };
}

describe('measureAll', () => {
  it('measures one after the other, and says how much time is left', async () => {
    const { said, outcome } = run([works('a'), works('b')]);
    const { found, failures } = await outcome;
    expect(found.map(({ answers }) => answers)).toEqual([['a'], ['b']]);
    expect(failures).toEqual([]);
    expect(said[0]).toBe('2:00 min left. a: starts');
    expect(said.at(-1)).toMatch(/min left\. b: took 0:01 min$/);
  });

  it('profiles each scenario, and reports whose code took the time', async () => {
    const profiler = await ownProfiler();
    const { found, profiles } = await run([works('a')], { profiler }).outcome;
    profiler.close();
    expect(profiles.map(({ scenario }) => scenario)).toEqual(['a']);
    expect(found[0]?.tables.map(({ title }) => title)).toEqual(['CPU time of the code']);
  });

  it('keeps what was found before a failure, and stops there', async () => {
    const { outcome } = run([works('a'), fails(new Error('The server is gone.')), works('b')]);
    const { found, failures } = await outcome;
    expect(found.map(({ name }) => name)).toEqual(['a']);
    expect(failures).toEqual(['fails failed. The server is gone.']);
  });

  it('skips a scenario whose engine is missing', async () => {
    const { said, outcome } = run([fails(new EngineUnavailableError('Not installed.')), works('a')]);
    const { found, failures } = await outcome;
    expect(found.map(({ name }) => name)).toEqual(['a']);
    expect(failures).toEqual([]);
    expect(said[1]).toBe('2:00 min left. fails: skipped. Not installed.');
  });

  it('fails if that scenario was named', async () => {
    const { outcome } = run([fails(new EngineUnavailableError('Not installed.'))], { names: ['fails'] });
    expect((await outcome).failures).toEqual(['fails failed. Not installed.']);
  });

  it('ends at a signal, also in a scenario that does not watch it', async () => {
    const controller = new AbortController();
    const endless = scenario('endless', () => {
      controller.abort(new Error('Stopped by SIGINT.'));
      return new Promise(() => undefined);
    });
    const { outcome } = run([endless, works('a')], { signal: controller.signal });
    expect(await outcome).toEqual({
      found: [],
      profiles: [],
      failures: ['endless failed. Stopped by SIGINT.'],
    });
  });
});
