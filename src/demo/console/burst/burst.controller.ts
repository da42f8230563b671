import { Body, Controller, HttpCode, Post, Req, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { ApiBearerAuth, ApiConflictResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { validationPipe } from '../../../common/index.js';
import { OperatorGuard } from '../../../http/index.js';
import type { BurstReport } from '../console.wire.js';
import { BurstErrorFilter } from './burst.errors.js';
import { type Burst, burstSchema } from './burst.schemas.js';
import { BurstService } from './burst.service.js';
import { burstAnswer } from '../console.answers.js';

@ApiTags('operator')
@ApiBearerAuth('operator')
@UseGuards(OperatorGuard)
@UseFilters(BurstErrorFilter)
@UsePipes(validationPipe)
@Controller('api/console/bursts')
export class BurstController {
  constructor(private readonly bursts: BurstService) {}

  @Post()
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: burstAnswer })
  @ApiOperation({ summary: 'Send up to 500 equal requests at once to one side; counts the queries it needs' })
  @ApiConflictResponse({ description: 'E_BURST_RUNNING' })
  run(
    @Req() { socket, headers }: Request,
    @Body({ schema: burstSchema }) burst: Burst,
  ): Promise<BurstReport> {
    return this.bursts.run(burst, {
      host: socket.localAddress ?? '127.0.0.1',
      port: socket.localPort ?? 0,
      name: headers.host ?? '127.0.0.1',
    });
  }
}
