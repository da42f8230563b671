import { startEngine } from '../../local/index.js';
import type { Experiment, Observation } from '../experiment.js';
import { startStack } from '../stack/stack.js';
import { comeBackAtOnce } from '../traffic/come-back.js';
import { besideFigures, failuresOf, standstillOf } from '../traffic/figures.js';
import { expireHotAnswer, READERS } from '../traffic/hot-answer.js';
import { Load } from '../traffic/load.js';

const NODES = 3;

export const herd: Experiment = {
  name: 'herd',
  claim:
    'A hot answer that expires or is invalidated is loaded about once. When all viewers reconnect at once, all are served.',
  method: `${READERS} users at once read the same answer on ${NODES} app nodes, twice a second. Every 1.2 s the module's answer is invalidated on all nodes, so that there is no stale one, and the textbook's expires. Then the module's answer is read until it expires by itself. After that, all viewers of a board lose their connections at the same moment, and connect again while scores change and others read. All the time a few users sign in and out, and read and change their sessions.`,
  topologies: ['standalone'],
  seconds: ({ quick }) => (quick ? 105 : 200),
  async run(scene): Promise<Observation> {
    const stack = await startStack(scene, startEngine(scene.engine), { nodes: NODES });
    const load = await Load.startBeside(scene, stack.app, ['session']);
    const hot = await expireHotAnswer(scene, stack, scene.quick ? 5 : 20);
    const viewers = await comeBackAtOnce(scene, stack, scene.quick ? 1_000 : 10_000);
    const beside = await load.result('sessions meanwhile');
    return {
      figures: [
        ...hot.figures,
        ...viewers.figures,
        ...besideFigures(beside, { mayFail: false }),
        standstillOf(stack.app),
      ],
      timelines: [...(hot.timelines ?? []), ...(viewers.timelines ?? []), beside.timeline],
      caveats: [
        'The viewers are a process on the same cores as the app.',
        'The module reads the newest version of the board from PostgreSQL, so that no viewer gets an older one than before. Viewers of a node that arrive during such a read share the next one.',
        'The SQL statements contain those of users who sign in meanwhile: about one in two seconds.',
        ...failuresOf(beside),
      ],
    };
  },
  answers: (worst) => [
    `SQL statements per invalidation of the hot answer: ${worst('hot answer: SQL statements per invalidation or expiry')}, and ${worst('hot answer: SQL statements when it expires by itself')} when it expired by itself. The textbook side: ${worst('hot answer: SQL statements per invalidation or expiry', 'textbook')} per expiry.`,
    `p99 of the module's reads: ${worst('hot answer: p99 after an invalidation or expiry')} after an invalidation, ${worst('hot answer: p99 when it expires by itself')} around the expiry, when a stale answer is served, and ${worst('hot answer: p99 otherwise')} otherwise. The textbook side: ${worst('hot answer: p99 after an invalidation or expiry', 'textbook')} after an expiry and ${worst('hot answer: p99 otherwise', 'textbook')} otherwise.`,
    `${worst('viewers: connections cut')} viewers had the top of the board again after ${worst('viewers: seconds until all have the top again')}, for which the engine read the board ${worst('viewers: reads of the board in the engine')} times. On the textbook side, where each viewer reads it: ${worst('viewers: seconds until all have the top again', 'textbook')} and ${worst('viewers: reads of the board in the engine', 'textbook')} times. The database got ${worst('viewers: SQL statements')} statements meanwhile (textbook: ${worst('viewers: SQL statements', 'textbook')}).`,
    `Meanwhile ${worst('other requests: failed or hung')} requests of others failed. Their p99 was ${worst('other requests: p99 meanwhile')}, and ${worst('other requests: p99 before')} before. On the textbook side: ${worst('other requests: failed or hung', 'textbook')}, ${worst('other requests: p99 meanwhile', 'textbook')} and ${worst('other requests: p99 before', 'textbook')}.`,
  ],
};
