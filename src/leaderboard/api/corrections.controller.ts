import {
  Body,
  Controller,
  Delete,
  HttpCode,
  Param,
  Post,
  Query,
  Res,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { validationPipe } from '../../common/index.js';
import { DatabaseErrorFilter } from '../../database/index.js';
import { EngineErrorFilter } from '../../engine/index.js';
import { rethrowForAdjustment } from '../leaderboard.errors.js';
import type { RemovalOptions } from '../leaderboard.queries.js';
import type { Adjustment } from '../leaderboard.responses.js';
import { LeaderboardService } from '../leaderboard.service.js';
import { GameServerGuard } from './game-server.guard.js';
import { LeaderboardErrorFilter } from './leaderboard-error.filter.js';
import { adjustmentAnswer } from './leaderboard.answers.js';
import { adjustmentSchema } from '../domain/submission.schemas.js';
import { playerParametersSchema, removalQuerySchema } from './leaderboard.schemas.js';

/** What corrects one player on one board: cheaters and mistakes. */
@ApiTags('leaderboard')
@ApiBearerAuth('game-server')
@ApiNotFoundResponse({ description: 'E_BOARD_UNKNOWN, E_PLAYER_NOT_RANKED' })
@ApiServiceUnavailableResponse({ description: 'E_BOARD_BUSY, E_DATABASE_UNAVAILABLE, E_ENGINE_UNAVAILABLE' })
@UseGuards(GameServerGuard)
@UsePipes(validationPipe)
@UseFilters(LeaderboardErrorFilter, EngineErrorFilter, DatabaseErrorFilter)
@Controller('api/leaderboards/:board/players/:playerId')
export class CorrectionsController {
  constructor(private readonly leaderboard: LeaderboardService) {}

  @Post('adjustments')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: adjustmentAnswer })
  @ApiAcceptedResponse({
    description: 'Durable; without ranks, as the engine is down',
    standardSchema: adjustmentAnswer,
  })
  @ApiConflictResponse({ description: 'E_SUBMISSION_CONFLICT' })
  @ApiUnprocessableEntityResponse({ description: 'E_INVALID, E_SCORE_OUT_OF_BOUNDS' })
  @ApiOperation({ summary: 'Add to the score of a player, or take from it, with a reason' })
  async adjust(
    @Param({ schema: playerParametersSchema }) { board, playerId }: { board: string; playerId: string },
    @Body({ schema: adjustmentSchema }) adjustment: Adjustment,
    @Res({ passthrough: true }) response: Response,
  ) {
    const answer = await this.leaderboard.adjust(board, playerId, adjustment).catch(rethrowForAdjustment);
    if (answer.rank === null) response.status(202);
    return answer;
  }

  @Delete()
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'The player has no score on the board' })
  @ApiOperation({
    summary:
      'Remove a player from one board, as if nothing had been submitted, and ban the player with ban=true and a reason',
  })
  remove(
    @Param({ schema: playerParametersSchema }) { board, playerId }: { board: string; playerId: string },
    @Query({ schema: removalQuerySchema }) options: RemovalOptions,
  ) {
    return this.leaderboard.removeFromBoard(board, playerId, options);
  }

  @Delete('ban')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'The player may submit' })
  @ApiOperation({ summary: 'Let a banned player submit again' })
  liftBan(
    @Param({ schema: playerParametersSchema }) { board, playerId }: { board: string; playerId: string },
  ) {
    return this.leaderboard.liftBan(board, playerId);
  }
}
