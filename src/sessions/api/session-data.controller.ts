import { Controller, Get, Patch, Req, UseFilters } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiForbiddenResponse,
  ApiOkResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import type { Request } from 'express';
import { EngineErrorFilter } from '../../engine/index.js';
import { SessionsService } from '../request/sessions.service.js';
import type { SessionDataAnswer } from '../sessions.wire.js';
import { SessionErrorFilter } from './session-error.filter.js';
import { WithSession } from './session.guard.js';
import { dataAnswer } from './sessions.answers.js';

/** The data of the visitor, signed in or not. */
@ApiTags('sessions')
@ApiServiceUnavailableResponse({ description: 'E_ENGINE_UNAVAILABLE, E_SESSION_CONTENDED' })
@UseFilters(SessionErrorFilter, EngineErrorFilter)
@Controller('api/sessions/current/data')
export class SessionDataController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @WithSession()
  @ApiOkResponse({ standardSchema: dataAnswer })
  @ApiOperation({ summary: 'The data of the session, also of a guest; empty without a session' })
  read(@Req() request: Request): SessionDataAnswer {
    return { data: this.sessions.readData(request) };
  }

  @Patch()
  @WithSession()
  @ApiOkResponse({ standardSchema: dataAnswer })
  @ApiOperation({
    summary:
      'Change the data of the session by a JSON merge patch (RFC 7396); the first one of a visitor starts the session of a guest',
  })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiBody({ schema: { type: 'object' } })
  @ApiUnauthorizedResponse({ description: 'E_NO_SESSION: the guest has just signed in, in another tab' })
  @ApiForbiddenResponse({ description: 'E_INSECURE_CONNECTION' })
  @ApiPayloadTooLargeResponse({ description: 'E_TOO_LARGE: 4096 bytes, of a guest 1024' })
  @ApiUnprocessableEntityResponse({ description: 'E_INVALID' })
  @ApiTooManyRequestsResponse({ description: 'E_TOO_MANY_GUESTS: new guests of this address in an hour' })
  async patch(@Req() request: Request): Promise<SessionDataAnswer> {
    // Not @Body(): its pipe silently drops fields with names such as "constructor".
    return { data: await this.sessions.patchData(request, request.body) };
  }
}
