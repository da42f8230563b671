import { startEngine } from '../../local/index.js';
import { formatCount } from '../measuring/format.js';
import { buildSides } from '../peers/build.js';
import type { Curve, ServersScenario } from '../scenario.js';
import { overBytes, overConnections, overKeys, overNodes } from './curves.js';
import { inputsOf } from './inputs.js';
import { type Expected, KNEE_RULES } from './knee.js';
import { describeKnees } from './rates.js';

/** How hits behave when connections, answers, sizes and nodes grow. */
export const growth: ServersScenario = {
  name: 'growth',
  question: 'What happens to hits when connections, answers, their sizes and nodes grow?',
  uses: [],
  needs: 'servers',
  isLong: true,
  method:
    'One process per node, the client is another process; 16 connections to each node where they do not grow themselves. Medians of the rounds, all points of a plot in turn.',
  seconds: ({ quick }) => (quick ? 20 : 150),
  async measure({ options, say }) {
    const inputs = inputsOf(options);
    say('compiling the sides');
    await buildSides();
    const engine = await startEngine('valkey');
    try {
      say('connections');
      const connections = await overConnections(engine.url, inputs);
      say('sizes');
      const bytes = await overBytes(engine.url, inputs);
      say('nodes');
      const nodes = await overNodes(engine.url, inputs);
      const keys = await overKeys(engine, inputs, say);
      return {
        answers: [
          sentence('Over connections', connections, 'rises'),
          sentence('Over stored answers', keys, 'stays'),
          sentence('Over bytes of the answer', bytes, 'stays'),
          sentence('Over nodes', nodes, 'rises'),
        ],
        curves: [...connections, ...keys, ...bytes, ...nodes],
        caveats: [
          ...Object.values(KNEE_RULES),
          'Client, nodes and engine share the cores of this machine: more nodes than free cores add nothing here.',
        ],
        servers: `${engine.name} ${engine.version}`,
      };
    } finally {
      await engine.stop();
    }
  },
};

/** The first curve of a question is that of its rate. */
function sentence(subject: string, [curve]: readonly Curve[], expected: Expected): string {
  return curve ? `${subject}, ${describeKnees(curve, expected, formatCount)}.` : '';
}
