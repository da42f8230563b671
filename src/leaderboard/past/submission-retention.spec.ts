import { describe, expect, it, vi } from 'vitest';
import type { Database } from '../../database/index.js';
import type { LeaderboardOptions } from '../leaderboard.options.js';
import { SubmissionRetention } from './submission-retention.js';

describe('SubmissionRetention', () => {
  it('restarts the sweep after an error of the database', async () => {
    const query = vi
      .fn()
      .mockRejectedValueOnce(new Error('down'))
      .mockResolvedValue([{ pages: 0 }]);
    const retention = new SubmissionRetention({ query } as unknown as Database, {} as LeaderboardOptions);
    await expect(retention.pruneSome()).rejects.toThrow('down');
    await retention.pruneSome();
    // The sizes of both tables.
    expect(query).toHaveBeenCalledTimes(3);
  });
});
