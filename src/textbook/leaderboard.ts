import { Body, Controller, Get, HttpCode, Param, Post, Query, UseFilters, UsePipes } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import type { RedisClientType } from 'redis';
import type { Namespace } from 'socket.io';
import { z } from 'zod';
import { validationPipe } from '../common/index.js';
import { TextbookConnections } from './textbook.connections.js';
import { TextbookError, TextbookErrorFilter } from './textbook.errors.js';

const TOP = { offset: 0, limit: 100 };

const board = z.string().regex(/^[a-z0-9-]{1,64}$/, 'must be 1-64 of a-z, 0-9 and "-"');
const playerId = z.string().min(1, 'must not be empty').max(64, 'must be at most 64 characters');
const number = (lowest: number, highest: number) => z.coerce.number().int().min(lowest).max(highest);

const boardSchema = z.object({ board });
const playerSchema = z.object({ board, playerId });
const pageSchema = z.object({
  offset: number(0, 1_000_000_000).default(0),
  limit: number(1, 1000).default(10),
});
/** A body may also have a `submissionId`, which the leaderboard module needs. It is ignored. */
const scoreSchema = z.object({ playerId, score: z.int('must be a whole number') });

type Board = z.output<typeof boardSchema>;
type Player = z.output<typeof playerSchema>;
type Page = z.output<typeof pageSchema>;
type Score = z.output<typeof scoreSchema>;

/** Sends `top {board, entries}` of every board to every viewer. */
@WebSocketGateway({ namespace: '/textbook-leaderboard' })
export class TextbookLeaderboardGateway {
  @WebSocketServer()
  readonly server!: Namespace;
}

/** Boards in sorted sets, with the commands that every tutorial shows. */
@ApiTags('textbook')
@ApiParam({ name: 'board', example: 'arena' })
@UseFilters(TextbookErrorFilter)
@UsePipes(validationPipe)
@Controller('textbook/leaderboards/:board')
export class TextbookLeaderboardController {
  private readonly redis: RedisClientType;

  constructor(
    private readonly connections: TextbookConnections,
    private readonly gateway: TextbookLeaderboardGateway,
  ) {
    this.redis = connections.clients.leaderboard;
  }

  @Post('scores')
  @HttpCode(200)
  @ApiOperation({ summary: 'Keep the best score of a player (ZADD GT)' })
  async submit(@Param({ schema: boardSchema }) { board }: Board, @Body({ schema: scoreSchema }) body: Score) {
    const { playerId: value, score } = body;
    await this.redis.zAdd(this.key(board), { value, score }, { comparison: 'GT' });
    return this.publish(board, value);
  }

  @Post('points')
  @HttpCode(200)
  @ApiOperation({ summary: 'Add to the score of a player (ZINCRBY)' })
  async add(@Param({ schema: boardSchema }) { board }: Board, @Body({ schema: scoreSchema }) body: Score) {
    await this.redis.zIncrBy(this.key(board), body.score, body.playerId);
    return this.publish(board, body.playerId);
  }

  @Get()
  @ApiOperation({ summary: 'A page of a board, best first (ZRANGE REV)' })
  async page(@Param({ schema: boardSchema }) { board }: Board, @Query({ schema: pageSchema }) page: Page) {
    const { offset, limit } = page;
    const end = offset + limit - 1;
    const players = await this.redis.zRangeWithScores(this.key(board), offset, end, { REV: true });
    const entries = players.map(({ value, score }, i) => ({ rank: offset + i + 1, playerId: value, score }));
    return { board, entries };
  }

  @Get('players/:playerId')
  @ApiOperation({ summary: 'The rank and score of a player (ZREVRANK, ZSCORE)' })
  async player(@Param({ schema: playerSchema }) { board, playerId }: Player) {
    const rank = await this.redis.zRevRank(this.key(board), playerId);
    const score = await this.redis.zScore(this.key(board), playerId);
    if (rank === null) throw new TextbookError('E_PLAYER_NOT_RANKED', 'Submit a score of this player first.');
    return { playerId, rank: rank + 1, score };
  }

  private async publish(board: string, playerId: string) {
    this.gateway.server.emit('top', await this.page({ board }, TOP));
    return this.player({ board, playerId });
  }

  private key(board: string): string {
    return `${this.connections.options.keyPrefix}:board:${board}`;
  }
}
