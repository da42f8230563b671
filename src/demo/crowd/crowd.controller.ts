import {
  Body,
  Controller,
  Delete,
  Get,
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
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { validationPipe } from '../../common/index.js';
import { OperatorGuard } from '../../http/index.js';
import { CrowdLoader } from './crowd-loader.service.js';
import { CrowdRanks } from './crowd-ranks.service.js';
import { CrowdErrorFilter } from './crowd.errors.js';
import { bySchema, loadSchema, numberSchema } from './crowd.schemas.js';
import type { CrowdRank, CrowdState } from './crowd.wire.js';
import { crowdAnswer, crowdRankAnswer } from '../demo.answers.js';

@ApiTags('demo')
@ApiBearerAuth('operator')
@UseGuards(OperatorGuard)
@UseFilters(CrowdErrorFilter)
@UsePipes(validationPipe)
@Controller('api/demo/crowd')
export class CrowdController {
  constructor(
    private readonly loader: CrowdLoader,
    private readonly ranks: CrowdRanks,
  ) {}

  @Get()
  @ApiOkResponse({ standardSchema: crowdAnswer })
  @ApiOperation({ summary: 'How many players the board "crowd" has, and how its load proceeds' })
  state(): Promise<CrowdState> {
    return this.loader.state();
  }

  @Post('loads')
  @HttpCode(202)
  @ApiAcceptedResponse({ standardSchema: crowdAnswer })
  @ApiOperation({ summary: 'Add players until the board "crowd" has this many, at most 1,000,000' })
  @ApiConflictResponse({ description: 'E_LOAD_RUNNING, E_CROWD_LOADED' })
  async load(@Body({ schema: loadSchema }) { players }: { players: number }): Promise<CrowdState> {
    await this.loader.start(players);
    return this.loader.state();
  }

  @Delete('loads')
  @ApiOkResponse({ standardSchema: crowdAnswer })
  @ApiOperation({ summary: 'Cancel the running load. The players that were added stay' })
  async cancel(): Promise<CrowdState> {
    await this.loader.cancel();
    return this.loader.state();
  }

  @Get('players/:number/rank')
  @ApiOkResponse({ standardSchema: crowdRankAnswer })
  @ApiOperation({ summary: 'The rank of one player, counted by SQL or read from the sorted set' })
  @ApiNotFoundResponse({ description: 'E_CROWD_PLAYER_UNKNOWN, E_PLAYER_NOT_RANKED, E_BOARD_UNKNOWN' })
  @ApiServiceUnavailableResponse({ description: 'E_RANKS_BUSY' })
  async rank(
    @Param({ schema: numberSchema }) { number }: { number: number },
    @Query({ schema: bySchema }) { by }: { by: CrowdRank['by'] },
    @Res({ passthrough: true }) response: Response,
  ): Promise<CrowdRank> {
    const startedAt = performance.now();
    const answer = await (by === 'sql' ? this.ranks.bySql(number) : this.ranks.bySortedSet(number));
    response.setHeader('Server-Timing', `rank;dur=${(performance.now() - startedAt).toFixed(3)}`);
    return answer;
  }
}
