import {
  Body,
  Controller,
  Get,
  HttpCode,
  Module,
  NotFoundException,
  Param,
  Post,
  Query,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { serveSide, sideOptions } from '../app/serve-side.js';
import type { RankAppOptions } from './rank-app.js';
import { RankTable } from './rank-table.js';

const { databaseUrl } = sideOptions() as RankAppOptions;
const table = new RankTable(databaseUrl);

/** The routes of the leaderboard module that are measured, answered by SQL. */
@Controller('api/leaderboards/:board')
class RankController {
  @Get()
  async page(@Param('board') board: string, @Query('limit') limit: string) {
    return { board, entries: await table.top(board, Number(limit)) };
  }

  @Get('players/:playerId')
  async player(@Param('board') board: string, @Param('playerId') playerId: string) {
    return (await table.rankOf(board, playerId)) ?? notRanked();
  }

  /** Not a route of the module: another way to answer the one above. */
  @Get('players/:playerId/rank-over')
  async playerByRankOver(@Param('board') board: string, @Param('playerId') playerId: string) {
    return (await table.rankOver(board, playerId)) ?? notRanked();
  }

  @Get('players/:playerId/neighbours')
  async neighbours(
    @Param('board') board: string,
    @Param('playerId') playerId: string,
    @Query('radius') radius: string,
  ) {
    return { entries: (await table.around(board, playerId, Number(radius))) ?? notRanked() };
  }

  @Post('scores')
  @HttpCode(200)
  async submit(@Param('board') board: string, @Body() { playerId, score }: Score) {
    await table.submit(board, { playerId, score });
    return { playerId };
  }
}

interface Score {
  playerId: string;
  score: number;
}

function notRanked(): never {
  throw new NotFoundException();
}

@Module({ controllers: [RankController] })
class RankApp {}

const app = await NestFactory.create<NestExpressApplication>(RankApp, { logger: false });
app.disable('x-powered-by');
await serveSide(app);
await table.close();
