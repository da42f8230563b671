import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Put,
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
  ApiGoneResponse,
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
import { GameServerGuard } from './game-server.guard.js';
import { LeaderboardErrorFilter } from './leaderboard-error.filter.js';
import type { BoardDefinition, Submission } from '../domain/board.js';
import type { NeighboursQuery, PageQuery, PeriodQuery } from '../leaderboard.queries.js';
import { LeaderboardService } from '../leaderboard.service.js';
import type { PlayerProfile } from '../players/player-profiles.js';
import { ScoreSubmissions, type SubmissionAnswer } from '../submissions/score-submissions.js';
import {
  boardDefinitionSchema,
  boardParameterSchema,
  neighboursQuerySchema,
  pageQuerySchema,
  periodQuerySchema,
  playerIdsSchema,
  playerParameterSchema,
  playerParametersSchema,
  profileSchema,
  submissionsSchema,
} from './leaderboard.schemas.js';
import {
  boardAnswer,
  boardsAnswer,
  friendsAnswer,
  neighboursAnswer,
  pageAnswer,
  profileAnswer,
  rankAnswer,
  submissionsAnswer,
} from './leaderboard.answers.js';

@ApiTags('leaderboard')
@ApiServiceUnavailableResponse({ description: 'E_BOARD_BUSY, E_DATABASE_UNAVAILABLE, E_ENGINE_UNAVAILABLE' })
@UsePipes(validationPipe)
@UseFilters(LeaderboardErrorFilter, EngineErrorFilter, DatabaseErrorFilter)
@Controller('api')
export class LeaderboardController {
  constructor(
    private readonly leaderboard: LeaderboardService,
    private readonly submissions: ScoreSubmissions,
  ) {}

  @Get('leaderboards')
  @ApiOkResponse({ standardSchema: boardsAnswer })
  @ApiOperation({ summary: 'List all boards' })
  list() {
    return this.leaderboard.list();
  }

  @Put('leaderboards/:board')
  @UseGuards(GameServerGuard)
  @ApiBearerAuth('game-server')
  @ApiOkResponse({ standardSchema: boardAnswer })
  @ApiOperation({ summary: 'Create a board, or confirm an equal one' })
  @ApiConflictResponse({ description: 'E_BOARD_EXISTS' })
  define(
    @Param({ schema: boardParameterSchema }) { board }: { board: string },
    @Body({ schema: boardDefinitionSchema }) definition: BoardDefinition,
  ) {
    return this.leaderboard.defineBoard(board, definition);
  }

  @Post('leaderboards/:board/scores')
  @HttpCode(200)
  @UseGuards(GameServerGuard)
  @ApiBearerAuth('game-server')
  @ApiOkResponse({ standardSchema: submissionsAnswer })
  @ApiAcceptedResponse({
    description: 'Durable; without ranks, as the engine is down',
    standardSchema: submissionsAnswer,
  })
  @ApiOperation({ summary: 'Submit one score, or up to 1,000; 202 with null ranks while the engine is down' })
  @ApiNotFoundResponse({ description: 'E_BOARD_UNKNOWN' })
  @ApiConflictResponse({ description: 'E_SUBMISSION_CONFLICT' })
  @ApiUnprocessableEntityResponse({ description: 'E_INVALID, E_SCORE_OUT_OF_BOUNDS' })
  async submit(
    @Param({ schema: boardParameterSchema }) { board }: { board: string },
    @Body({ schema: submissionsSchema }) body: Submission | Submission[],
    @Res({ passthrough: true }) response: Response,
  ): Promise<SubmissionAnswer | SubmissionAnswer[] | undefined> {
    const answers = await this.submissions.submit(board, Array.isArray(body) ? body : [body]);
    if (answers.some(({ rank }) => rank === null)) response.status(202);
    return Array.isArray(body) ? answers : answers[0];
  }

  @Get('leaderboards/:board')
  @ApiOkResponse({ standardSchema: pageAnswer })
  @ApiOperation({
    summary: 'Read a page of a board, of a past day, week or month, or of a closed season, best first',
  })
  @ApiNotFoundResponse({
    description: 'E_BOARD_UNKNOWN, E_WINDOW_UNKNOWN, E_PERIOD_UNKNOWN, E_SEASON_UNKNOWN',
  })
  @ApiGoneResponse({ description: 'E_VERSION_GONE: the board has changed since the page before' })
  page(
    @Param({ schema: boardParameterSchema }) { board }: { board: string },
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.leaderboard.page(board, query);
  }

  @Get('leaderboards/:board/players/:playerId')
  @ApiOkResponse({ standardSchema: rankAnswer })
  @ApiOperation({ summary: 'Read the rank, score and percentile of a player' })
  @ApiNotFoundResponse({
    description: 'E_BOARD_UNKNOWN, E_WINDOW_UNKNOWN, E_PERIOD_UNKNOWN, E_SEASON_UNKNOWN, E_PLAYER_NOT_RANKED',
  })
  rank(
    @Param({ schema: playerParametersSchema }) { board, playerId }: { board: string; playerId: string },
    @Query({ schema: periodQuerySchema }) { window, ...when }: PeriodQuery,
  ) {
    return this.leaderboard.rankOf(board, window, playerId, when);
  }

  @Get('leaderboards/:board/players/:playerId/neighbours')
  @ApiOkResponse({ standardSchema: neighboursAnswer })
  @ApiOperation({ summary: 'Read a player and the players just above and below' })
  @ApiNotFoundResponse({
    description: 'E_BOARD_UNKNOWN, E_WINDOW_UNKNOWN, E_PERIOD_UNKNOWN, E_SEASON_UNKNOWN, E_PLAYER_NOT_RANKED',
  })
  neighbours(
    @Param({ schema: playerParametersSchema }) { board, playerId }: { board: string; playerId: string },
    @Query({ schema: neighboursQuerySchema }) query: NeighboursQuery,
  ) {
    return this.leaderboard.neighbours(board, playerId, query);
  }

  @Post('leaderboards/:board/ranks')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: friendsAnswer })
  @ApiOperation({ summary: 'Rank up to 1,000 players among each other: those who have a score, best first' })
  @ApiNotFoundResponse({
    description: 'E_BOARD_UNKNOWN, E_WINDOW_UNKNOWN, E_PERIOD_UNKNOWN, E_SEASON_UNKNOWN',
  })
  ranks(
    @Param({ schema: boardParameterSchema }) { board }: { board: string },
    @Query({ schema: periodQuerySchema }) { window, ...when }: PeriodQuery,
    @Body({ schema: playerIdsSchema }) { playerIds }: { playerIds: string[] },
  ) {
    return this.leaderboard.ranks(board, window, playerIds, when);
  }

  @Get('players/:playerId')
  @ApiOkResponse({ standardSchema: profileAnswer })
  @ApiOperation({ summary: 'Read the name and country of a player' })
  @ApiNotFoundResponse({ description: 'E_PLAYER_UNKNOWN' })
  profile(@Param({ schema: playerParameterSchema }) { playerId }: { playerId: string }) {
    return this.leaderboard.profile(playerId);
  }

  @Put('players/:playerId')
  @HttpCode(204)
  @UseGuards(GameServerGuard)
  @ApiBearerAuth('game-server')
  @ApiOperation({ summary: 'Store the name and country of a player' })
  saveProfile(
    @Param({ schema: playerParameterSchema }) { playerId }: { playerId: string },
    @Body({ schema: profileSchema }) profile: PlayerProfile,
  ) {
    return this.leaderboard.saveProfile(playerId, profile);
  }

  @Delete('players/:playerId')
  @HttpCode(204)
  @UseGuards(GameServerGuard)
  @ApiBearerAuth('game-server')
  @ApiOperation({
    summary: 'Remove a player from all boards; 503 while the engine is down, then repeat the request',
  })
  removePlayer(@Param({ schema: playerParameterSchema }) { playerId }: { playerId: string }) {
    return this.leaderboard.removePlayer(playerId);
  }
}
