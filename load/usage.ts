/** The options that not every scenario has. */
export const SCENARIO_OPTIONS = ['rounds', 'seconds', 'connections', 'url'] as const;
type ScenarioOption = (typeof SCENARIO_OPTIONS)[number];
export type LengthOption = Exclude<ScenarioOption, 'url'>;

/** What the command line needs to know about a scenario. */
export interface Named {
  readonly name: string;
  readonly question: string;
  readonly needs?: 'app' | 'servers';
  readonly isLong?: boolean;
  readonly uses?: readonly LengthOption[];
}

const DESCRIPTIONS: Readonly<Record<ScenarioOption, readonly string[]>> = {
  rounds: ['  --rounds 1-20       rounds of each side, the sides alternate (default 9, quick 6)'],
  seconds: ['  --seconds 0.1-60    length of one round of one side (default 0.6, quick 0.12)'],
  connections: ['  --connections 1-64  concurrent clients (default 4)'],
  url: [
    '  --url URL           an app that already runs (default: start one)',
    '  --i-own-this-host   needed if the host of --url is not this machine',
  ],
};

export function isUsed(option: ScenarioOption, { needs, uses }: Named): boolean {
  return option === 'url' ? needs !== 'servers' : (uses ?? SCENARIO_OPTIONS).includes(option);
}

export function usageOf(command: string, scenarios: readonly Named[], ending: readonly string[]): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  const options = SCENARIO_OPTIONS.filter((option) => scenarios.some((one) => isUsed(option, one)));
  const notesOf = (scenario: Named) => {
    const used = options.filter((option) => isUsed(option, scenario)).map((option) => `--${option}`);
    const notes = [used.join(', '), scenario.isLong ? 'long' : ''].filter(Boolean);
    return notes.length > 0 ? ` (${notes.join('; ')})` : '';
  };
  return [
    `Usage: ${command} -- [SCENARIO...] [options]`,
    ...scenarios.map((one) => `  ${one.name.padEnd(width + 2)}${one.question}${notesOf(one)}`),
    'Without a name all of them run, one after the other. In parentheses: the options of a scenario.',
    '  --quick             short rounds, and without the long scenarios, unless they are named',
    ...options.flatMap((option) => DESCRIPTIONS[option]),
    '  --compare OLD.json  what has changed since an earlier report: medians whose intervals do not overlap',
    '  --profile           CPU profile and flame graph of the app, or of this process for a scenario without an app',
    '  --json FILE         the figures (default .data/load/<date>.json)',
    '  --html FILE         the report (default .data/load/<date>.html)',
    ...ending,
  ].join('\n');
}
