import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { asGameServer } from '../../../support/settings.js';
import { score, useBoardApp } from '../board-app.js';

const api = useBoardApp();
const { submit, newBoard, rowsOf } = api;

describe('POST /api/leaderboards/:board/scores, invalid', () => {
  it('rejects the whole batch and names the row when one score is out of bounds', async () => {
    const board = await newBoard({ max: 100 });
    const wrong = await submit(board, [score('ada', 10), score('', 1.5)]).expect(422);
    expect(wrong.body.errors.map(({ field }: { field: string }) => field)).toEqual(['1.playerId', '1.score']);
    const outside = await submit(board, [score('ada', 10), score('grace', 101)]).expect(422);
    expect(outside.body).toMatchObject({
      code: 'E_SCORE_OUT_OF_BOUNDS',
      detail: expect.stringContaining('1.score'),
      errors: [{ field: '1.score' }],
    });
    expect(await rowsOf(board)).toEqual([]);
  });

  it.each([
    [{ score: 1.5 }, 'score'],
    [{ score: 2 ** 53 }, 'score'],
    [{ score: '7' }, 'score'],
    [{ playerId: '' }, 'playerId'],
    [{ playerId: 'é'.repeat(65) }, 'playerId'],
    [{ submissionId: 'x'.repeat(129) }, 'submissionId'],
    [{ rank: 1 }, 'rank'],
  ])('names the field that is wrong in %j', async (wrong, field) => {
    const { body } = await submit(await newBoard(), { ...score('ada', 1), ...wrong }).expect(422);
    expect(body.errors[0].field).toBe(field);
  });

  it('rejects -0, which JSON can express', async () => {
    const { body } = await request(api.app.url)
      .post(`/api/leaderboards/${await newBoard({ min: -1 })}/scores`)
      .set(asGameServer)
      .type('json')
      .send('{"submissionId":"a","playerId":"b","score":-0}')
      .expect(422);
    expect(body.errors[0].field).toBe('score');
  });

  it('rejects more than 1,000 submissions', async () => {
    const rows = Array.from({ length: 1001 }, (_, i) => score(`p${i}`, i));
    expect((await submit(await newBoard(), rows).expect(422)).body).toMatchObject({
      code: 'E_INVALID',
      detail: 'Correct the body: must be at most 1,000 submissions',
    });
  });

  it('names the row of the request, also after a repeated row', async () => {
    const board = await newBoard({ max: 100 });
    const known = score('ada', 10);
    await submit(board, known).expect(200);
    const { body } = await submit(board, [known, score('grace', 101)]).expect(422);
    expect(body.errors[0].field).toBe('1.score');
  });

  it('responds with 404 for an unknown board', async () => {
    const { body } = await submit('nobody-made-me', score('ada', 1)).expect(404);
    expect(body.code).toBe('E_BOARD_UNKNOWN');
  });

  it('rejects ids with lone surrogates or control characters', async () => {
    const board = await newBoard();
    const wrong = [score('half \ud800', 1), score('nul \u0000', 1), score('ok', 1, '\udfff')];
    const { body } = await submit(board, wrong).expect(422);
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual([
      '0.playerId',
      '1.playerId',
      '2.submissionId',
    ]);
  });
});
