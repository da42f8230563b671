import type { Experiment } from '../experiment.js';
import { losePrimary, LOST_PRIMARY } from './lost-primary.js';

export const pause: Experiment = {
  ...LOST_PRIMARY,
  name: 'pause',
  claim: 'A primary that freezes is replaced like one that dies, although its connections stay open.',
  method:
    'SIGSTOP of the primary (in a cluster: of one shard) for 30 s, or 5 s with --quick, under load on all three use cases. Then SIGCONT: it must not bring anything back.',
  seconds: ({ quick }) => (quick ? 20 : 75),
  run: (scene) =>
    losePrimary(scene, {
      fault: 'SIGSTOP of the primary',
      lose: (primary) => primary.pause(),
      secondsBefore: scene.quick ? 2 : 8,
      end: { what: 'SIGCONT', afterSeconds: scene.quick ? 5 : 30, by: (primary) => primary.resume() },
      secondsAfter: scene.quick ? 2 : 15,
    }),
};
