import { Body, Controller, Get, HttpCode, Post, Put, UseGuards, UsePipes } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { validationPipe } from '../../common/index.js';
import { OperatorGuard } from '../../http/index.js';
import { leadSchema, rateSchema } from './arena.schemas.js';
import { ArenaService } from './arena.service.js';
import type { ArenaState, Lead } from './arena.wire.js';

@ApiTags('demo')
@ApiBearerAuth('operator')
@UseGuards(OperatorGuard)
@UsePipes(validationPipe)
@Controller('api/demo/arena')
export class ArenaController {
  constructor(private readonly arena: ArenaService) {}

  @Get()
  @ApiOperation({ summary: 'How often the simulated players score' })
  state(): ArenaState {
    return this.arena.state();
  }

  @Put()
  @ApiOperation({ summary: 'Choose how often the simulated players score, for ten minutes' })
  choose(@Body({ schema: rateSchema }) { scoresPerSecond }: { scoresPerSecond: number }): ArenaState {
    return this.arena.choose(scoresPerSecond);
  }

  @Post('leads')
  @HttpCode(200)
  @ApiOperation({ summary: 'Submit a score that puts a simulated player first' })
  lead(@Body({ schema: leadSchema }) { playerId }: { playerId: string }): Promise<Lead> {
    return this.arena.lead(playerId);
  }
}
