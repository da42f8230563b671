import { Controller, Delete, Get, HttpCode, Req, Res } from '@nestjs/common';
import {
  ApiCookieAuth,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { SignedInOnly } from './session.guard.js';
import { SessionsService } from './sessions.service.js';
import type { CurrentSession } from './sessions.wire.js';

@ApiTags('sessions')
@ApiCookieAuth('session')
@ApiUnauthorizedResponse({ description: 'E_NO_SESSION' })
@Controller('api/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get('current')
  @SignedInOnly()
  @ApiOperation({ summary: 'Who is signed in, and until when' })
  @ApiOkResponse()
  current(@Req() request: Request): CurrentSession {
    return this.sessions.describe(this.sessions.require(request));
  }

  @Delete('current')
  @HttpCode(204)
  @SignedInOnly()
  @ApiOperation({ summary: 'Sign out' })
  @ApiNoContentResponse()
  signOut(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    return this.sessions.signOut(request, response);
  }
}
