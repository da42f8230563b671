// #region sessions
import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { SessionsService, WithSession } from '../sessions/index.js';

declare module 'express-session' {
  interface SessionData {
    visits: number;
  }
}

/**
 * An example of sessions: a guest's session, which the first request creates. To sign somebody in, check the password and call
 * `sessions.signIn(request, { accountId, username, device })`.
 */
@ApiTags('examples')
@Controller('api/examples/visits')
export class VisitsController {
  constructor(private readonly sessions: SessionsService) {}

  @Post()
  @HttpCode(200)
  @WithSession()
  @ApiOperation({ summary: 'Counts the visits of this browser. No concurrent visit is lost' })
  async visit(@Req() request: Request): Promise<{ visits: number }> {
    let visits = 0;
    await this.sessions.update(request, (draft) => {
      visits = (draft.visits ?? 0) + 1;
      draft.visits = visits;
    });
    return { visits };
  }
}
// #endregion
