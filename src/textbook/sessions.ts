import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  Req,
  UseFilters,
  UsePipes,
} from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RedisStore } from 'connect-redis';
import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import { z } from 'zod';
import { validationPipe } from '../common/index.js';
import { airport } from '../demo/flights/flights.schemas.js';
import type { TextbookConnections } from './textbook.connections.js';
import { TextbookError, TextbookErrorFilter } from './textbook.errors.js';

type Data = Record<string, string | number | boolean | null>;

declare module 'express-session' {
  interface SessionData {
    visitor: { username: string; data: Data };
  }
}

const signInSchema = z.object({
  username: z.string().regex(/^[\w-]{1,32}$/, 'must be 1-32 of a-z, A-Z, 0-9, "_" and "-"'),
});
const value = z.union(
  [z.string(), z.number(), z.boolean(), z.null()],
  'must be text, a number, true, false or null',
);
/** `home` is an airport, for GET /textbook/flights/mine. */
const dataSchema = z.object({ home: airport.optional() }).catchall(value);

/** As the README of connect-redis shows. */
export function textbookSession({ clients, options }: TextbookConnections): RequestHandler {
  return session({
    name: 'textbook.sid',
    store: new RedisStore({ client: clients.sessions, prefix: `${options.keyPrefix}:session:` }),
    secret: [...options.sessionSecrets],
    resave: false,
    saveUninitialized: false,
  });
}

/** Any name signs in, as in the README of express-session: there is no password, and the session opens nothing else. */
@ApiTags('textbook')
@UseFilters(TextbookErrorFilter)
@UsePipes(validationPipe)
@Controller('textbook/sessions')
export class TextbookSessionsController {
  @Post()
  @ApiOperation({ summary: 'Sign in without a password' })
  async signIn(@Req() request: Request, @Body({ schema: signInSchema }) { username }: { username: string }) {
    await new Promise<void>((resolve, reject) => {
      request.session.regenerate((error) => (error ? reject(error) : resolve()));
    });
    return (request.session.visitor = { username, data: {} });
  }

  @Get('current')
  @ApiOperation({ summary: 'The current session' })
  current(@Req() request: Request) {
    return visitorOf(request);
  }

  @Patch('current/data')
  @ApiOperation({ summary: 'Change fields of the data' })
  change(@Req() request: Request, @Body({ schema: dataSchema }) data: Data) {
    const visitor = visitorOf(request);
    visitor.data = { ...visitor.data, ...data };
    return { data: visitor.data };
  }

  @Delete('current')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out' })
  async signOut(@Req() request: Request): Promise<void> {
    visitorOf(request);
    await new Promise<void>((resolve, reject) => {
      request.session.destroy((error) => (error ? reject(error) : resolve()));
    });
  }
}

function visitorOf({ session: { visitor } }: Request) {
  if (!visitor) throw new TextbookError('E_NO_SESSION', 'Sign in with POST /textbook/sessions first.');
  return visitor;
}
