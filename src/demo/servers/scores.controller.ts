import { randomUUID } from 'node:crypto';
import { Body, Controller, HttpCode, Post, Res, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { validationPipe } from '../../common/index.js';
import { OperatorGuard } from '../../http/index.js';
import { LeaderboardService, submissionAnswer, type SubmissionAnswer } from '../../leaderboard/index.js';
import { LauncherClient } from './launcher.client.js';
import { type Score, scoreSchema } from './scores.schemas.js';
import { ServersErrorFilter } from './servers.errors.js';

const BOARD = 'break-it';
const DEFINITION = { order: 'desc', operator: 'best', ties: 'first', min: 0, max: 9_000_000_000 } as const;

/** Submits scores for the console, which has no key of a game server. */
@ApiTags('operator')
@ApiBearerAuth('operator')
@UseGuards(OperatorGuard)
@UseFilters(ServersErrorFilter)
@UsePipes(validationPipe)
@Controller('api/demo/scores')
export class ScoresController {
  private isDefined = false;

  constructor(
    private readonly launcher: LauncherClient,
    private readonly leaderboard: LeaderboardService,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: submissionAnswer })
  @ApiAcceptedResponse({ standardSchema: submissionAnswer })
  @ApiOperation({
    summary: 'Submit a score to the board `break-it`; 202 with null ranks while the engine is down',
  })
  @ApiNotFoundResponse({ description: 'E_NO_LAUNCHER' })
  async submit(
    @Body({ schema: scoreSchema }) score: Score,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SubmissionAnswer | undefined> {
    this.launcher.requireLauncher();
    if (!this.isDefined) await this.leaderboard.defineBoard(BOARD, { ...DEFINITION, windows: ['all'] });
    this.isDefined = true;
    const [answer] = await this.leaderboard.submit(BOARD, [{ submissionId: randomUUID(), ...score }]);
    if (answer?.rank === null) response.status(202);
    return answer;
  }
}
