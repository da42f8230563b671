import { Controller, HttpCode, Param, Post, UseGuards, UsePipes } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiNotFoundResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { validationPipe } from '../../common/index.js';
import { OperatorGuard } from '../../http/index.js';
import { boardParameterSchema, LeaderboardService } from '../../leaderboard/index.js';

@ApiTags('operator')
@ApiBearerAuth('operator')
@UseGuards(OperatorGuard)
@UsePipes(validationPipe)
@Controller('api/leaderboards')
export class RebuildController {
  constructor(private readonly leaderboard: LeaderboardService) {}

  @Post(':board/rebuild')
  @HttpCode(202)
  @ApiAcceptedResponse({ description: 'The rebuild has begun' })
  @ApiOperation({ summary: 'Rebuild a board from the ledger; readers keep seeing the current one meanwhile' })
  @ApiNotFoundResponse({ description: 'E_BOARD_UNKNOWN' })
  @ApiServiceUnavailableResponse({ description: 'E_DATABASE_UNAVAILABLE' })
  rebuild(@Param({ schema: boardParameterSchema }) { board }: { board: string }): Promise<void> {
    return this.leaderboard.rebuild(board);
  }
}
