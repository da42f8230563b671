import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { OperatorGuard } from '../../http/index.js';
import { MetricsService } from './metrics.service.js';

@ApiTags('operator')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: MetricsService) {}

  @Get()
  @UseGuards(OperatorGuard)
  @ApiBearerAuth('operator')
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  @ApiOperation({ summary: 'Prometheus metrics of this node' })
  read(@Req() request: Request, @Res() response: Response): void {
    this.metrics.answer(request, response);
  }
}
