import { Body, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import type { RedisClientType } from 'redis';
import type { Namespace } from 'socket.io';
import { TextbookController } from './textbook-controller.decorator.js';
import { TextbookConnections } from './textbook.connections.js';
import { playerNotRanked } from './textbook.errors.js';
import type { Board, Page, Player, Score } from './textbook.schemas.js';
import {
  boardSchema,
  pageSchema,
  placeAnswer,
  playerSchema,
  scoreSchema,
  topAnswer,
} from './textbook.schemas.js';

const RADIUS = 5;

/** Sends `top {board, entries}` of every board to every viewer. */
@WebSocketGateway({ namespace: '/textbook-leaderboard' })
export class TextbookLeaderboardGateway {
  @WebSocketServer()
  readonly server!: Namespace;
}

/** Boards in sorted sets, with the commands that every tutorial shows. */
@TextbookController('textbook/leaderboards/:board')
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
  @ApiOkResponse({ standardSchema: placeAnswer })
  @ApiOperation({ summary: 'Keep the best score of a player (ZADD GT)' })
  async submit(@Param({ schema: boardSchema }) { board }: Board, @Body({ schema: scoreSchema }) body: Score) {
    const { playerId: value, score } = body;
    await this.redis.zAdd(this.key(board), { value, score }, { comparison: 'GT' });
    return this.publish(board, value);
  }

  @Post('points')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: placeAnswer })
  @ApiOperation({ summary: 'Add to the score of a player (ZINCRBY)' })
  async add(@Param({ schema: boardSchema }) { board }: Board, @Body({ schema: scoreSchema }) body: Score) {
    await this.redis.zIncrBy(this.key(board), body.score, body.playerId);
    return this.publish(board, body.playerId);
  }

  @Get()
  @ApiOkResponse({ standardSchema: topAnswer })
  @ApiOperation({ summary: 'A page of a board, best first (ZRANGE REV)' })
  async page(@Param({ schema: boardSchema }) { board }: Board, @Query({ schema: pageSchema }) page: Page) {
    const { offset, limit } = page;
    const end = offset + limit - 1;
    const players = await this.redis.zRangeWithScores(this.key(board), offset, end, { REV: true });
    const entries = players.map(({ value, score }, i) => ({ rank: offset + i + 1, playerId: value, score }));
    return { board, entries };
  }

  @Get('players/:playerId')
  @ApiOkResponse({ standardSchema: placeAnswer })
  @ApiOperation({ summary: 'The rank and score of a player (ZREVRANK, ZSCORE)' })
  @ApiNotFoundResponse({ description: 'E_PLAYER_NOT_RANKED' })
  async player(@Param({ schema: playerSchema }) { board, playerId }: Player) {
    const rank = await this.redis.zRevRank(this.key(board), playerId);
    const score = await this.redis.zScore(this.key(board), playerId);
    if (rank === null) throw playerNotRanked();
    return { playerId, rank: rank + 1, score };
  }

  @Get('players/:playerId/neighbours')
  @ApiOkResponse({ standardSchema: topAnswer })
  @ApiOperation({ summary: 'A player with the five above and the five below (ZREVRANK, ZRANGE REV)' })
  @ApiNotFoundResponse({ description: 'E_PLAYER_NOT_RANKED' })
  async neighbours(@Param({ schema: playerSchema }) { board, playerId }: Player) {
    const rank = await this.redis.zRevRank(this.key(board), playerId);
    if (rank === null) throw playerNotRanked();
    const offset = Math.max(0, rank - RADIUS);
    return this.page({ board }, { offset, limit: rank - offset + RADIUS + 1 });
  }

  private async publish(board: string, playerId: string) {
    this.gateway.server.emit('top', await this.page({ board }, { offset: 0, limit: 100 }));
    return this.player({ board, playerId });
  }

  private key(board: string): string {
    return `${this.connections.options.keyPrefix}:board:${board}`;
  }
}
