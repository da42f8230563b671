import { Body, Delete, Get, HttpCode, Patch, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { RedisStore } from 'connect-redis';
import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import { TextbookController } from './textbook-controller.decorator.js';
import type { TextbookConnections } from './textbook.connections.js';
import { ApiVisitorAuth, TextbookError } from './textbook.errors.js';
import { dataSchema, signInSchema, visitorAnswer, visitorDataAnswer } from './textbook.schemas.js';

type Data = Record<string, string | number | boolean | null>;

declare module 'express-session' {
  interface SessionData {
    visitor: { username: string; data: Data };
  }
}

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
@TextbookController('textbook/sessions')
export class TextbookSessionsController {
  @Post()
  @ApiCreatedResponse({ standardSchema: visitorAnswer })
  @ApiOperation({ summary: 'Sign in without a password' })
  async signIn(@Req() request: Request, @Body({ schema: signInSchema }) { username }: { username: string }) {
    await new Promise<void>((resolve, reject) => {
      request.session.regenerate((error) => (error ? reject(error) : resolve()));
    });
    return (request.session.visitor = { username, data: {} });
  }

  @Get('current')
  @ApiOkResponse({ standardSchema: visitorAnswer })
  @ApiOperation({ summary: 'The current session' })
  @ApiVisitorAuth()
  current(@Req() request: Request) {
    return visitorOf(request);
  }

  @Patch('current/data')
  @ApiOkResponse({ standardSchema: visitorDataAnswer })
  @ApiOperation({ summary: 'Change fields of the data' })
  @ApiVisitorAuth()
  change(@Req() request: Request, @Body({ schema: dataSchema }) data: Data) {
    const visitor = visitorOf(request);
    visitor.data = { ...visitor.data, ...data };
    return { data: visitor.data };
  }

  @Delete('current')
  @HttpCode(204)
  @ApiNoContentResponse()
  @ApiOperation({ summary: 'Sign out' })
  @ApiVisitorAuth()
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
