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
  UseGuards,
} from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { GameServerGuard } from './game-server.guard.js';
import {
  type BoardDefinition,
  boardDefinitionSchema,
  boardParameterSchema,
  type BoardWindow,
  type NeighboursQuery,
  neighboursQuerySchema,
  type PageQuery,
  pageQuerySchema,
  playerIdsSchema,
  playerParameterSchema,
  playerParametersSchema,
  type PlayerProfile,
  profileSchema,
  type Submission,
  submissionsSchema,
  windowQuerySchema,
} from './leaderboard.schemas.js';
import { LeaderboardService } from '../leaderboard.service.js';
import type { SubmissionAnswer } from '../submissions/score-submissions.js';

@ApiTags('leaderboard')
@Controller('api')
export class LeaderboardController {
  constructor(private readonly leaderboard: LeaderboardService) {}

  @Get('leaderboards')
  @ApiOperation({ summary: 'All boards' })
  list() {
    return this.leaderboard.list();
  }

  @Put('leaderboards/:board')
  @UseGuards(GameServerGuard)
  @ApiBearerAuth('game-server')
  @ApiParam({ name: 'board', example: 'arena' })
  @ApiOperation({ summary: 'Define a board' })
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
  @ApiParam({ name: 'board', example: 'arena' })
  @ApiOperation({ summary: 'Submit one score, or up to 1,000; 202 while the engine cannot rank them yet' })
  async submit(
    @Param({ schema: boardParameterSchema }) { board }: { board: string },
    @Body({ schema: submissionsSchema }) body: Submission | Submission[],
    @Res({ passthrough: true }) response: Response,
  ): Promise<SubmissionAnswer | SubmissionAnswer[] | undefined> {
    const answers = await this.leaderboard.submit(board, Array.isArray(body) ? body : [body]);
    if (answers.some(({ rank }) => rank === null)) response.status(202);
    return Array.isArray(body) ? answers : answers[0];
  }

  @Get('leaderboards/:board')
  @ApiParam({ name: 'board', example: 'arena' })
  @ApiOperation({ summary: 'A page of a board, best first' })
  page(
    @Param({ schema: boardParameterSchema }) { board }: { board: string },
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.leaderboard.page(board, query);
  }

  @Get('leaderboards/:board/players/:playerId')
  @ApiParam({ name: 'board', example: 'arena' })
  @ApiParam({ name: 'playerId' })
  @ApiOperation({ summary: 'One player’s rank, score and percentile' })
  rank(
    @Param({ schema: playerParametersSchema }) { board, playerId }: { board: string; playerId: string },
    @Query({ schema: windowQuerySchema }) { window }: { window: BoardWindow },
  ) {
    return this.leaderboard.rankOf(board, window, playerId);
  }

  @Get('leaderboards/:board/players/:playerId/neighbours')
  @ApiParam({ name: 'board', example: 'arena' })
  @ApiParam({ name: 'playerId' })
  @ApiOperation({ summary: 'A player among those just above and below' })
  neighbours(
    @Param({ schema: playerParametersSchema }) { board, playerId }: { board: string; playerId: string },
    @Query({ schema: neighboursQuerySchema }) query: NeighboursQuery,
  ) {
    return this.leaderboard.neighbours(board, playerId, query);
  }

  @Post('leaderboards/:board/ranks')
  @HttpCode(200)
  @ApiParam({ name: 'board', example: 'arena' })
  @ApiOperation({ summary: 'Friends: of up to 1,000 players those who have a score, best first' })
  ranks(
    @Param({ schema: boardParameterSchema }) { board }: { board: string },
    @Query({ schema: windowQuerySchema }) { window }: { window: BoardWindow },
    @Body({ schema: playerIdsSchema }) { playerIds }: { playerIds: string[] },
  ) {
    return this.leaderboard.ranks(board, window, playerIds);
  }

  @Put('players/:playerId')
  @HttpCode(204)
  @UseGuards(GameServerGuard)
  @ApiBearerAuth('game-server')
  @ApiParam({ name: 'playerId' })
  @ApiOperation({ summary: 'A player’s name and country' })
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
  @ApiParam({ name: 'playerId' })
  @ApiOperation({ summary: 'Forget a player everywhere; 503 while the engine cannot, then ask again' })
  forget(@Param({ schema: playerParameterSchema }) { playerId }: { playerId: string }) {
    return this.leaderboard.forgetPlayer(playerId);
  }
}
