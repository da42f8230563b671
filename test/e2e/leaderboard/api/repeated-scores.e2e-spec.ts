import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SubmissionAnswer } from '../../../../src/leaderboard/index.js';
import { score, useBoardApp } from '../board-app.js';

const api = useBoardApp();
const { get, submit, newBoard, rowsOf, removePlayer } = api;

describe('POST /api/leaderboards/:board/scores, repeated', () => {
  it('applies a submission once, and answers a repeat alike with applied: false', async () => {
    const board = await newBoard();
    const submission = score('ada', 10);
    const first = (await submit(board, submission).expect(200)).body as SubmissionAnswer;
    await submit(board, score('grace', 50)).expect(200);
    const repeat = (await submit(board, submission).expect(200)).body as SubmissionAnswer;
    expect(first.applied).toBe(true);
    expect(repeat).toEqual({ ...first, applied: false });
  });

  it('applies a submission once that is sent 100 times in parallel to two nodes, and answers 99 repeats alike', async () => {
    const board = await newBoard();
    const other = await api.app.startNode();
    const submission = score('ada', 10);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        submit(board, submission, i % 2 ? other.url : api.app.url).expect(200),
      ),
    );
    await other.close();
    const repeats = answers.map(({ body }) => body as SubmissionAnswer).filter(({ applied }) => !applied);
    expect(repeats).toHaveLength(99);
    expect(new Set(repeats.map((repeat) => JSON.stringify(repeat)))).toEqual(
      new Set([JSON.stringify({ ...submission, rank: 1, previousRank: null, applied: false })]),
    );
    expect((await get(`/${board}`).expect(200)).body).toMatchObject({ total: 1, version: 1 });
  });

  it('rejects submission ids that were used for another score, and names their rows', async () => {
    const board = await newBoard({ operator: 'sum' });
    const accepted = score('ada', 10);
    await submit(board, accepted).expect(200);
    await submit(board, score('grace', 1, 'used')).expect(200);
    const batch = [accepted, score('grace', 2, 'used'), score('ada', 5)];
    const { body } = await submit(board, batch).expect(409);
    expect(body).toMatchObject({
      code: 'E_SUBMISSION_CONFLICT',
      detail: expect.stringMatching(/^1\.submissionId: .*new id to these rows only/),
      errors: [{ field: '1.submissionId' }],
    });
    // Following the advice counts nothing twice.
    await submit(board, [batch[0], { ...batch[1], submissionId: randomUUID() }, batch[2]]).expect(200);
    expect(await rowsOf(board)).toEqual([
      [1, 'ada', 15],
      [2, 'grace', 3],
    ]);
  });

  it('answers a repeated batch row by row after one of its players was removed', async () => {
    const board = await newBoard({ operator: 'sum' });
    const batch = ['p1', 'p2', 'p3'].map((playerId, i) => score(playerId, 10 - i));
    const first = (await submit(board, batch).expect(200)).body as SubmissionAnswer[];
    await removePlayer('p2');
    const again = (await submit(board, batch).expect(200)).body as SubmissionAnswer[];
    expect(again).toEqual(first.map((answer) => ({ ...answer, applied: false })));
    expect(await rowsOf(board)).toEqual([
      [1, 'p1', 10],
      [2, 'p3', 8],
    ]);
  });
});
