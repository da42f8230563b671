import type { Figure } from '../experiment.js';
import type { App } from '../stack/app-nodes.js';
import type { Attempt, Outcome, UseCase } from './client.js';
import { listFailures } from './failures.js';
import type { LoadResult, SideResult } from './load.js';

const NONE = { side: 'module', atMost: 0 };

interface Expected {
  /** Sessions may be answered 503, as while a primary is lost. */
  readonly mayFail: boolean;
  /** The engine comes back empty, so the sessions are lost. */
  readonly areEmptied?: boolean;
}

/** What the load has seen on each side, with the goals that hold in every experiment. */
export function loadFigures(result: LoadResult, app: App, options: Expected): Figure[] {
  const control = {
    name: 'control: longest computation of an app node',
    unit: 's',
    values: { module: app.control.longestBlockSeconds },
    goal: { side: 'module', atMost: 1 },
  };
  return [...requestFigures(result, options), standstillOf(app), control];
}

/** The same for a load that was sent beside another one. */
export function besideFigures(result: LoadResult, options: Expected): Figure[] {
  return requestFigures(result, options).map((figure) => ({ ...figure, name: `meanwhile: ${figure.name}` }));
}

function requestFigures(result: LoadResult, { mayFail, areEmptied = false }: Expected): Figure[] {
  const each = (valueOf: (side: SideResult) => number) => bySide(result, valueOf);
  const count = (outcomes: readonly Outcome[], useCase?: UseCase) =>
    each(({ load }) => load.client.attempts.filter((attempt) => isOne(attempt, outcomes, useCase)).length);
  const unlessEmptied = !areEmptied && { goal: NONE };
  const byUseCase: Record<UseCase, Figure[]> = {
    query: [
      { name: 'query cache: failed or hung', values: count(['failed', 'hung'], 'query'), goal: NONE },
      { name: 'query cache: wrong answers', values: each(({ load }) => load.queries.wrong), goal: NONE },
    ],
    session: [
      { name: 'sessions: failed or hung', values: count(['failed', 'hung'], 'session') },
      {
        name: 'sessions: failed with a status other than 503 or 401',
        values: each(({ load }) => load.client.attempts.filter(hasUnexpectedStatus).length),
        goal: NONE,
      },
      { name: 'sessions: of another user', values: each(({ load }) => load.sessions.foreign), goal: NONE },
      {
        name: 'sessions: 401 while signed in',
        values: each(({ load }) => load.sessions.anonymous),
        ...unlessEmptied,
      },
      { name: 'sessions: lost', values: each(({ audit }) => audit.sessions.lost), ...unlessEmptied },
      {
        name: 'sessions: alive after sign-out',
        values: each(({ audit }) => audit.sessions.alive),
        goal: NONE,
      },
      { name: 'sessions: changes lost', values: each(({ audit }) => audit.sessions.lostChanges) },
    ],
    score: [
      { name: 'scores: failed or hung', values: count(['failed', 'hung'], 'score') },
      { name: 'scores: acknowledged', values: each(({ audit }) => audit.scores.acknowledged) },
      { name: 'scores: lost', values: each(({ audit }) => audit.scores.lost), goal: NONE },
      { name: 'scores: doubled', values: each(({ audit }) => audit.scores.doubled), goal: NONE },
    ],
  };
  return [
    { name: 'requests per second', values: each(() => result.perSecond) },
    { name: 'requests', values: count(['ok', 'failed', 'hung', 'disturbed']) },
    { name: 'requests that hung', values: count(['hung']), goal: NONE },
    { name: 'requests that failed', values: count(['failed']), ...(!mayFail && { goal: NONE }) },
    ...(result.sides[0]?.load.useCases ?? []).flatMap((useCase) => byUseCase[useCase]),
    { name: 'control: requests that failed while the machine stood still', values: count(['disturbed']) },
  ];
}

export function standstillOf({ control }: Pick<App, 'control'>): Figure {
  return {
    name: 'control: the machine stood still',
    unit: 's',
    values: { module: control.standstillSeconds },
  };
}

/** With which status requests failed, one sentence for each side that had such requests. */
export function failuresOf({ sides }: LoadResult): string[] {
  return sides.flatMap(({ load: { side, client } }) => {
    const list = listFailures(client.attempts, ['failed']);
    return list === '' ? [] : [`Failed requests of the ${side.name} side: ${list}.`];
  });
}

export function bySide<Value>(
  { sides }: LoadResult,
  valueOf: (side: SideResult) => Value,
): Record<string, Value> {
  return Object.fromEntries(sides.map((side) => [side.load.side.name, valueOf(side)]));
}

/** 503 says that sessions are not available now, and 401 is counted apart. */
function hasUnexpectedStatus({ useCase, outcome, status }: Attempt): boolean {
  return useCase === 'session' && outcome === 'failed' && status !== 503 && status !== 401;
}

function isOne(attempt: Attempt, outcomes: readonly Outcome[], useCase: UseCase | undefined): boolean {
  return outcomes.includes(attempt.outcome) && (useCase === undefined || attempt.useCase === useCase);
}
