import { startEngine } from '../../local/index.js';
import type { Experiment, Observation } from '../experiment.js';
import { redisLike } from '../stack/engines.js';
import { startStack } from '../stack/stack.js';
import { failuresOf, loadFigures } from '../traffic/figures.js';
import { Load } from '../traffic/load.js';

/** Longer than the load balancer needs to notice. */
const SHUTDOWN_DELAY_SECONDS = '1';

export const deploy: Experiment = {
  name: 'deploy',
  claim: 'A new version rolls out under load without a failed request or a signed-out user.',
  method:
    'Each of two app nodes gets SIGTERM under load and is replaced by a new one. The load balancer removes a node when GET /health/ready says that it stops.',
  engines: ['valkey', 'redis'],
  topologies: ['standalone'],
  seconds: ({ quick }) => (quick ? 25 : 45),
  async run(scene): Promise<Observation> {
    const settings = { SHUTDOWN_DELAY_SECONDS };
    const { app } = await startStack(scene, startEngine(redisLike(scene.engine)), { settings });
    const load = await Load.start(scene, app);
    await load.untilSteady(scene.quick ? 2 : 8);
    for (const [i, url] of app.urls.entries()) {
      scene.say(`replaces node ${i + 1}`);
      load.mark(`SIGTERM to node ${i + 1}`);
      // One node serves alone until the new one is ready: what fails would show here.
      await app.retire(url);
      await app.add();
      load.mark(`node ${i + 1} is new`);
      await load.run(scene.quick ? 1 : 5, 'goes on');
    }
    const result = await load.result();
    const figures = loadFigures(result, app, { mayFail: false });
    return { figures, timeline: result.timeline, caveats: failuresOf(result) };
  },
  answers: (worst) => [
    `While both nodes were replaced, ${worst('requests that failed')} of ${worst('requests')} requests failed and ${worst('requests that hung')} hung, and ${worst('sessions: 401 while signed in')} times a user was treated as signed out. The textbook side: ${worst('requests that failed', 'textbook')}, ${worst('requests that hung', 'textbook')} and ${worst('sessions: 401 while signed in', 'textbook')}.`,
    `Scores: ${worst('scores: lost')} lost, ${worst('scores: doubled')} doubled.`,
  ],
};
