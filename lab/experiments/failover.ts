import type { Experiment } from '../experiment.js';
import { losePrimary, LOST_PRIMARY } from './lost-primary.js';

export const failover: Experiment = {
  ...LOST_PRIMARY,
  name: 'failover',
  claim: 'When a primary dies, a replica is promoted without manual action.',
  method:
    'kill -9 of the primary (in a cluster: of one shard) under load on all three use cases. Users read, change, sign in and sign out; each score is submitted until it is acknowledged.',
  seconds: ({ quick }) => (quick ? 20 : 50),
  run: (scene) =>
    losePrimary(scene, {
      fault: 'kill -9 of the primary',
      lose: (primary) => primary.kill(),
      secondsBefore: scene.quick ? 2 : 8,
      secondsAfter: scene.quick ? 3 : 15,
    }),
};
