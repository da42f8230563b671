import { Body, Controller, Get, HttpCode, Post, Put, UseGuards, UsePipes } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { validationPipe } from '../../common/index.js';
import { OperatorGuard } from '../../http/index.js';
import { leadSchema, rateSchema } from './arena.schemas.js';
import { ArenaService } from './arena.service.js';
import type { ArenaSeason, ArenaState, Lead } from './arena.wire.js';
import { arenaAnswer, arenaSeasonAnswer, leadAnswer } from '../demo.answers.js';

@ApiTags('demo')
@ApiBearerAuth('operator')
@UseGuards(OperatorGuard)
@UsePipes(validationPipe)
@Controller('api/demo/arena')
export class ArenaController {
  constructor(private readonly arena: ArenaService) {}

  @Get()
  @ApiOkResponse({ standardSchema: arenaAnswer })
  @ApiOperation({ summary: 'How often the simulated players score' })
  state(): Promise<ArenaState> {
    return this.arena.state();
  }

  @Put()
  @ApiOkResponse({ standardSchema: arenaAnswer })
  @ApiOperation({ summary: 'Choose how often the simulated players score, for ten minutes' })
  choose(
    @Body({ schema: rateSchema }) { scoresPerSecond }: { scoresPerSecond: number },
  ): Promise<ArenaState> {
    return this.arena.choose(scoresPerSecond);
  }

  @Post('seasons')
  @ApiCreatedResponse({ standardSchema: arenaSeasonAnswer })
  @ApiOperation({ summary: 'Close the running season of the arena, and begin an empty one' })
  closeSeason(): Promise<ArenaSeason> {
    return this.arena.closeSeason();
  }

  @Post('leads')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: leadAnswer })
  @ApiOperation({ summary: 'Submit a score that puts a simulated player first' })
  lead(@Body({ schema: leadSchema }) { playerId }: { playerId: string }): Promise<Lead> {
    return this.arena.lead(playerId);
  }
}
