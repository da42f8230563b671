import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { OperatorGuard } from '../../../http/index.js';
import { claimsAnswer } from '../console.answers.js';
import type { MeasuredClaim } from '../console.wire.js';
import { ClaimsService } from './claims.service.js';

@ApiTags('operator')
@ApiBearerAuth('operator')
@UseGuards(OperatorGuard)
@Controller('api/console/claims')
export class ClaimsController {
  constructor(private readonly claims: ClaimsService) {}

  @Get()
  @ApiOperation({
    summary: 'What this project claims, with the last results of `npm run load` and `npm run lab` here',
  })
  @ApiOkResponse({ standardSchema: claimsAnswer })
  list(): Promise<MeasuredClaim[]> {
    return this.claims.claims();
  }
}
