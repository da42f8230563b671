import { BoardApp } from '../leaderboard/board-app.js';
import { formatCount } from '../measuring/format.js';
import { countFlights } from '../query-cache/flight-queries.js';
import type { Scene, Table } from '../scenario.js';
import type { EngineUse } from './engine-use.js';

const ANSWERS = 2_000;
const AT_ONCE = 4;
const PLAYERS = { quick: 5_000, full: 50_000 };
const PER_BATCH = 1_000;
const GIBIBYTE = 2 ** 30;

/** What the engine stores for one cached answer, one session and one player of a board. */
export async function memoryOfItems(scene: Scene, use: EngineUse): Promise<Table> {
  scene.say('memory of stored items');
  const players = scene.options.quick ? PLAYERS.quick : PLAYERS.full;
  const rows = [
    rowOf(
      'cached flight',
      'about 100 bytes of JSON, one tag',
      await growth(use, () => readFlights(scene), ANSWERS),
    ),
    rowOf('session', 'without data', await use.meanBytesOf('*:session:*')),
    rowOf('player of a board', 'one window', await growth(use, () => fillBoard(scene, players), players)),
  ];
  return { title: 'memory of the engine', rows: [['item', '', 'bytes', 'items per GiB'], ...rows] };
}

/** Bytes of one item, from the engine's memory before and after. */
async function growth(use: EngineUse, store: () => Promise<void>, items: number): Promise<number> {
  const before = await use.usedMemory();
  await store();
  return ((await use.usedMemory()) - before) / items;
}

/** Some that nobody is likely to have read before. */
async function readFlights({ app, signal }: Scene): Promise<void> {
  const first = 1 + Math.floor(Math.random() * ((await countFlights(app)) - ANSWERS));
  const ids = Array.from({ length: ANSWERS }, (_, i) => first + i).values();
  const readRest = async () => {
    for (const id of ids) {
      signal.throwIfAborted();
      await app.get(`/api/flights/${id}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, readRest));
}

async function fillBoard(scene: Scene, players: number): Promise<void> {
  const board = new BoardApp(scene);
  await board.define({});
  for (let from = 0; from < players; from += PER_BATCH) {
    const scores = Array.from({ length: PER_BATCH }, (_, i) => ({
      playerId: `player${from + i}`,
      score: from + i,
    }));
    await board.submit(scores);
  }
}

function rowOf(item: string, what: string, bytes: number): string[] {
  return [item, what, formatCount(Math.round(bytes)), formatCount(Number((GIBIBYTE / bytes).toPrecision(2)))];
}
