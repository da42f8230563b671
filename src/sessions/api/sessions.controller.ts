import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Query,
  Req,
  Res,
  UseFilters,
  UsePipes,
} from '@nestjs/common';
import {
  ApiCookieAuth,
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { validationPipe } from '../../common/index.js';
import { EngineErrorFilter } from '../../engine/index.js';
import { SessionErrorFilter } from './session-error.filter.js';
import { RecentlySignedIn, SignedInOnly } from './session.guard.js';
import { type EndQuery, endQuerySchema } from './sessions.schemas.js';
import { SessionsService } from '../request/sessions.service.js';
import type { CurrentSession, DeviceSession } from '../sessions.wire.js';
import { currentSessionAnswer, deviceSessionsAnswer, revokedAnswer } from './sessions.answers.js';

/** To end sessions, the password must have been verified lately (OWASP ASVS 7.5.2): a stolen cookie must not lock out its owner. */
const RECENT = { withinSeconds: 15 * 60 };

@ApiTags('sessions')
@ApiServiceUnavailableResponse({ description: 'E_ENGINE_UNAVAILABLE, E_NOT_REPLICATED, E_SESSION_CONTENDED' })
@ApiCookieAuth('session')
@ApiUnauthorizedResponse({ description: 'E_NO_SESSION' })
@UsePipes(validationPipe)
@UseFilters(SessionErrorFilter, EngineErrorFilter)
@Controller('api/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get('current')
  @SignedInOnly()
  @ApiOkResponse({ standardSchema: currentSessionAnswer })
  @ApiOperation({ summary: 'The current session and when it expires' })
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

  @Get()
  @SignedInOnly()
  @ApiOkResponse({ standardSchema: deviceSessionsAnswer })
  @ApiOperation({ summary: 'List the sessions of this account' })
  list(@Req() request: Request): Promise<DeviceSession[]> {
    return this.sessions.list(request);
  }

  @Delete(':handle')
  @HttpCode(204)
  @RecentlySignedIn(RECENT)
  @ApiOperation({ summary: 'Sign out one device and close its websockets' })
  @ApiNoContentResponse()
  @ApiForbiddenResponse({ description: 'E_NOT_RECENTLY_SIGNED_IN' })
  @ApiNotFoundResponse({ description: 'E_SESSION_UNKNOWN' })
  revoke(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Param('handle') handle: string,
  ): Promise<void> {
    return this.sessions.revoke(request, response, handle);
  }

  @Delete()
  @RecentlySignedIn(RECENT)
  @ApiOkResponse({ standardSchema: revokedAnswer })
  @ApiForbiddenResponse({ description: 'E_NOT_RECENTLY_SIGNED_IN' })
  @ApiOperation({ summary: 'Sign out everywhere; with except=current, everywhere else' })
  @ApiQuery({ name: 'except', required: false, enum: ['current'] })
  async revokeAll(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query({ schema: endQuerySchema }) { except }: EndQuery,
  ) {
    const revoked = except
      ? await this.sessions.endOthers(request, 'revoked')
      : await this.sessions.endAll(request, response);
    return { revoked };
  }
}
