// #region leaderboard
import { Controller, Get, Param, UsePipes } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { validationPipe } from '../common/index.js';
import { boardParameterSchema, LeaderboardService } from '../leaderboard/index.js';

/** An example of the leaderboard. Game servers create boards and send scores to `/api/leaderboards`, see `/docs`. */
@ApiTags('examples')
@UsePipes(validationPipe)
@Controller('api/examples/podium')
export class PodiumController {
  constructor(private readonly leaderboard: LeaderboardService) {}

  @Get(':board')
  @ApiOperation({ summary: 'The first three of a board, by name' })
  @ApiNotFoundResponse({ description: 'E_BOARD_UNKNOWN' })
  async podium(@Param({ schema: boardParameterSchema }) { board }: { board: string }) {
    const { entries } = await this.leaderboard.page(board, { window: 'all', offset: 0, limit: 3 });
    return entries.map(({ rank, playerId, name, score }) => ({ rank, name: name ?? playerId, score }));
  }
}
// #endregion
