import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCookieAuth,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { Request } from 'express';
import { OperatorGuard } from '../../http/index.js';
import { storedSessionAnswer } from './console.answers.js';
import { SessionsService, SignedInOnly, type StoredSession } from '../../sessions/index.js';

@ApiTags('operator')
@ApiBearerAuth('operator')
@ApiCookieAuth('session')
@Controller('api/console/sessions/current')
export class StoredSessionController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @UseGuards(OperatorGuard)
  @SignedInOnly()
  @ApiOperation({ summary: 'What the engine stores of your session: its content is sealed' })
  @ApiOkResponse({ standardSchema: storedSessionAnswer })
  @ApiUnauthorizedResponse({ description: 'E_KEY_REQUIRED, E_NO_SESSION' })
  read(@Req() request: Request): Promise<StoredSession> {
    return this.sessions.readStored(request);
  }
}
