import { Body, Controller, Get, HttpCode, Post, Put, UseGuards, UsePipes } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { validationPipe } from '../../common/index.js';
import { OperatorGuard } from '../../http/index.js';
import { leadSchema, rateSchema } from './arena.schemas.js';
import { ArenaService } from './arena.service.js';
import type { ArenaState, Lead } from './arena.wire.js';
import { arenaAnswer, leadAnswer } from '../demo.answers.js';

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
  state(): ArenaState {
    return this.arena.state();
  }

  @Put()
  @ApiOkResponse({ standardSchema: arenaAnswer })
  @ApiOperation({ summary: 'Choose how often the simulated players score, for ten minutes' })
  choose(@Body({ schema: rateSchema }) { scoresPerSecond }: { scoresPerSecond: number }): ArenaState {
    return this.arena.choose(scoresPerSecond);
  }

  @Post('leads')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: leadAnswer })
  @ApiOperation({ summary: 'Submit a score that puts a simulated player first' })
  lead(@Body({ schema: leadSchema }) { playerId }: { playerId: string }): Promise<Lead> {
    return this.arena.lead(playerId);
  }
}
