import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { validationPipe } from '../../common/index.js';
import { DatabaseErrorFilter } from '../../database/index.js';
import { EngineErrorFilter } from '../../engine/index.js';
import { LeaderboardService } from '../leaderboard.service.js';
import { GameServerGuard } from './game-server.guard.js';
import { LeaderboardErrorFilter } from './leaderboard-error.filter.js';
import { periodsAnswer, seasonAnswer, seasonsAnswer } from './leaderboard.answers.js';
import { boardParameterSchema, seasonSchema } from './leaderboard.schemas.js';

/** What a board has besides its current scores: ended periods, seasons, and its end. */
@ApiTags('leaderboard')
@ApiNotFoundResponse({ description: 'E_BOARD_UNKNOWN' })
@ApiServiceUnavailableResponse({ description: 'E_DATABASE_UNAVAILABLE, E_ENGINE_UNAVAILABLE' })
@UsePipes(validationPipe)
@UseFilters(LeaderboardErrorFilter, EngineErrorFilter, DatabaseErrorFilter)
@Controller('api/leaderboards/:board')
export class BoardsController {
  constructor(private readonly leaderboard: LeaderboardService) {}

  @Get('periods')
  @ApiOkResponse({ standardSchema: periodsAnswer })
  @ApiOperation({ summary: 'List the past days, weeks and months that can be read, the newest first' })
  periods(@Param({ schema: boardParameterSchema }) { board }: { board: string }) {
    return this.leaderboard.periods(board);
  }

  @Get('seasons')
  @ApiOkResponse({ standardSchema: seasonsAnswer })
  @ApiOperation({ summary: 'List the closed seasons, the newest first' })
  seasons(@Param({ schema: boardParameterSchema }) { board }: { board: string }) {
    return this.leaderboard.seasons(board);
  }

  @Post('seasons')
  @UseGuards(GameServerGuard)
  @ApiBearerAuth('game-server')
  @ApiCreatedResponse({ standardSchema: seasonAnswer })
  @ApiConflictResponse({ description: 'E_SEASON_EXISTS' })
  @ApiOperation({ summary: 'Close the running season under this name, and begin an empty one' })
  closeSeason(
    @Param({ schema: boardParameterSchema }) { board }: { board: string },
    @Body({ schema: seasonSchema }) { name }: { name: string },
  ) {
    return this.leaderboard.closeSeason(board, name);
  }

  @Delete()
  @HttpCode(204)
  @UseGuards(GameServerGuard)
  @ApiBearerAuth('game-server')
  @ApiNoContentResponse({ description: 'The board and all that it had are deleted' })
  @ApiOperation({ summary: 'Delete a board with its scores, periods and seasons' })
  delete(@Param({ schema: boardParameterSchema }) { board }: { board: string }) {
    return this.leaderboard.deleteBoard(board);
  }
}
