import { signIn, signInToTextbook } from '../app/sign-in.js';
import { compareInTurn, describeCost, describeRate, sideOf, textbookPath } from '../comparison.js';
import type { LoadRequest } from '../measuring/closed-loop.js';
import { formatCount } from '../measuring/format.js';
import type { Side, SideFigures } from '../measuring/sides.js';
import type { Comparison, Scenario, Scene } from '../scenario.js';
import { AcknowledgedUpdates, type Values } from './acknowledged-updates.js';

const SESSION = '/api/sessions/current';
const DATA = `${SESSION}/data`;

/** A side of this scenario: its name, its paths, and the cookie of its session. */
interface Visitor {
  name: string;
  pathOf: (path: string) => string;
  cookie: string;
}

interface SessionBody {
  data: Record<string, unknown>;
}

/** Reads of a session, and updates of one session by several connections: connect-redis compared with the sessions module. */
export const sessions: Scenario = {
  name: 'sessions',
  question: 'What does a signed-in request cost, and is an update ever lost?',
  seconds: ({ rounds, seconds }) => 2 * 2 * (rounds + 1) * (seconds + 0.5),
  async measure(scene) {
    const { app, options } = scene;
    const visitors: Visitor[] = [
      { name: 'module', pathOf: (path) => path, cookie: await signIn(app) },
      { name: 'textbook', pathOf: textbookPath, cookie: await signInToTextbook(app) },
    ];
    const compare = (title: string, side: (scene: Scene, visitor: Visitor) => Side) =>
      compareInTurn(
        scene,
        title,
        visitors.map((visitor) => side(scene, visitor)),
      );
    const reads = await compare('authenticated read', readsOf);
    const updates = await compare(`updates of one session, ${options.connections} at a time`, updatesOf);
    return {
      answers: [describeCost(reads), answerOfUpdates(updates)],
      comparisons: [reads, updates],
      figures: [
        { figure: 'updates that the module lost', value: lostBy(updates.sides[0]), atMost: 0 },
        { figure: 'updates that the textbook lost', value: lostBy(updates.sides[1]) },
      ],
      caveats: [
        'An update is lost if it was acknowledged and a later answer does not have it. Each connection changes a field of its own.',
        'The textbook side is express-session with connect-redis alone: it neither encrypts the session nor detects concurrent changes.',
        'Sessions in PostgreSQL are not measured. The app has no such route.',
      ],
    };
  },
};

function readsOf(scene: Scene, { name, pathOf, cookie }: Visitor): Side {
  const { app } = scene;
  const request = { path: pathOf(SESSION), headers: { ...app.headers, cookie } };
  return sideOf(scene, name, [request], async () => ({ appCpuMs: await app.processorMs() }));
}

function updatesOf(scene: Scene, { name, pathOf, cookie }: Visitor): Side {
  const { app } = scene;
  const updates = new AcknowledgedUpdates();
  const headers = { ...app.headers, cookie, 'content-type': 'application/json' };
  const requestsOf = (connection: number) => [
    updateOf(`connection${connection}`, updates, { path: pathOf(DATA), headers }),
  ];
  return sideOf(scene, name, requestsOf, async () => {
    const acknowledged = updates.values;
    const { data } = await app.get<SessionBody>(pathOf(SESSION), { cookie });
    updates.check(data, acknowledged);
    return { appCpuMs: await app.processorMs(), updatesLost: updates.countOfLost };
  });
}

/** Sets one field to 1, 2, 3, … One connection sends it, and waits for each answer. */
function updateOf(
  field: string,
  updates: AcknowledgedUpdates,
  request: Pick<LoadRequest, 'path' | 'headers'>,
): LoadRequest {
  // Numbers go on in the next round.
  let value = updates.values.get(field) ?? 0;
  return {
    ...request,
    method: 'PATCH',
    body: () => JSON.stringify({ [field]: ++value }),
    onSend: () => ({ sent: value, acknowledged: updates.values }),
    onAnswer: (body, onSend) => {
      const { sent, acknowledged } = onSend as { sent: number; acknowledged: Values };
      updates.check((JSON.parse(body) as SessionBody).data, acknowledged);
      updates.acknowledge(field, sent);
    },
  };
}

function answerOfUpdates({ title, sides: [module, textbook], gains }: Comparison): string {
  const gain = gains['textbook']?.requestsPerSecond;
  if (!module || !textbook || !gain) throw new Error('A side was not measured.');
  return `${title}: ${describeRate(gain, 'the textbook')}, and ${formatCount(lostBy(module))} of ${formatCount(module.requests)} were lost. The textbook lost ${formatCount(lostBy(textbook))} of ${formatCount(textbook.requests)}.`;
}

function lostBy(side: SideFigures | undefined): number {
  return side?.counts['updatesLost'] ?? NaN;
}
