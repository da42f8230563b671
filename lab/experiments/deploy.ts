import { randomBytes } from 'node:crypto';
import { startEngine } from '../../local/index.js';
import type { Experiment, Figure, Observation } from '../experiment.js';
import { startStack } from '../stack/stack.js';
import { BothVersions } from '../traffic/both-versions.js';
import { failuresOf, loadFigures } from '../traffic/figures.js';
import { Load } from '../traffic/load.js';

/** Longer than the load balancer needs to notice. */
const SHUTDOWN_DELAY_SECONDS = '1';
const NEXT_VERSION = new URL('../stack/next-version.mjs', import.meta.url).href;

export const deploy: Experiment = {
  name: 'deploy',
  claim: 'A new version rolls out under load without a failed request or a signed-out user.',
  method:
    'Each of two app nodes gets SIGTERM under load and is replaced by one of the next version: the answers of a cached query have another format and version there, and sessions are sealed with a new key. The load balancer removes a node when GET /health/ready says that it stops. While both versions run, answers are read from both. In the control the version of the query was forgotten.',
  topologies: ['standalone'],
  seconds: ({ quick }) => (quick ? 25 : 45),
  async run(scene): Promise<Observation> {
    const [oldKey, newKey] = [newSealingKey(), newSealingKey()];
    const settings = { SHUTDOWN_DELAY_SECONDS, SESSION_SEALING_KEYS: `${oldKey},${newKey}` };
    const next = {
      SESSION_SEALING_KEYS: `${newKey},${oldKey}`,
      NODE_OPTIONS: `--import=${NEXT_VERSION}`,
    };
    const { app } = await startStack(scene, startEngine(scene.engine), { settings });
    const versions = new BothVersions(app);
    const load = await Load.start(scene, app);
    await load.untilSteady(scene.quick ? 2 : 8);
    for (const [i, url] of app.urls.entries()) {
      scene.say(`replaces node ${i + 1}`);
      load.mark(`SIGTERM to node ${i + 1}`);
      // One node serves alone until the new one is ready: what fails would show here.
      await app.retire(url);
      const added = await app.add(next);
      load.mark(`node ${i + 1} is new`);
      if (i === 0) await versions.read(added);
      await load.run(scene.quick ? 1 : 5, 'goes on');
    }
    const result = await load.result();
    const figures = [...loadFigures(result, app, { mayFail: false }), ...figuresOf(versions)];
    return { figures, timelines: [result.timeline], caveats: failuresOf(result) };
  },
  answers: (worst) => [
    `While both nodes were replaced, ${worst('requests that failed')} of ${worst('requests')} requests failed and ${worst('requests that hung')} hung, and ${worst('sessions: 401 while signed in')} times a user was treated as signed out. The textbook side: ${worst('requests that failed', 'textbook')}, ${worst('requests that hung', 'textbook')} and ${worst('sessions: 401 while signed in', 'textbook')}.`,
    `Of ${worst('both versions: answers read')} answers of two versions of a query, ${worst('both versions: answers in the format of the other one')} had the format of the other version. With a forgotten version it would be ${worst('control: the same with a forgotten version')}.`,
    `Scores: ${worst('scores: lost')} lost, ${worst('scores: doubled')} doubled.`,
  ],
};

function figuresOf({ reads, hits, mistaken, mistakenWithoutVersion }: BothVersions): Figure[] {
  const some = { side: 'module', atLeast: 1 };
  return [
    { name: 'both versions: answers read', values: { module: reads } },
    { name: 'both versions: from the cache', values: { module: hits }, goal: some },
    {
      name: 'both versions: answers in the format of the other one',
      values: { module: mistaken },
      goal: { side: 'module', atMost: 0 },
    },
    {
      name: 'control: the same with a forgotten version',
      values: { module: mistakenWithoutVersion },
      goal: some,
    },
  ];
}

function newSealingKey(): string {
  return randomBytes(32).toString('base64');
}
