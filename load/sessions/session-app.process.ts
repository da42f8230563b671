import { Body, Controller, Get, Module, Patch, Post, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';
import session from 'express-session';
import { serveSide, sideOptions } from '../app/serve-side.js';
import { loadPeer } from '../app/peer-package.js';
import type { SessionAppOptions } from './session-app.js';

interface Visitor {
  username: string;
  data: Record<string, unknown>;
}

declare module 'express-session' {
  interface SessionData {
    guest: Visitor;
  }
}

/** The routes of the textbook side. */
@Controller()
class SessionController {
  @Post('textbook/sessions')
  async signIn(@Req() request: Request, @Body() { username }: { username: string }) {
    await new Promise<void>((resolve, reject) => {
      request.session.regenerate((error) => (error ? reject(error) : resolve()));
    });
    return (request.session.guest = { username, data: {} });
  }

  @Get('textbook/sessions/current')
  current(@Req() { session: { guest } }: Request) {
    return guest;
  }

  @Patch('textbook/sessions/current/data')
  change(@Req() { session: { guest } }: Request, @Body() data: Record<string, unknown>) {
    if (guest) guest.data = { ...guest.data, ...data };
    return { data: guest?.data };
  }

  @Get('health/live')
  live() {
    return { status: 'ok' };
  }
}

@Module({ controllers: [SessionController] })
class SessionApp {}

type StoreClass = new (options: object) => session.Store;

/** As the README of connect-pg-simple shows. It prepares no statements and offers no option for that. */
async function postgresStore(url: string): Promise<session.Store> {
  const connectPgSimple = await loadPeer<(from: typeof session) => StoreClass>('connect-pg-simple');
  if (!connectPgSimple) throw new Error('connect-pg-simple is not installed.');
  // Its pool has ten connections, as many as the application's.
  return new (connectPgSimple(session))({ conString: url, createTableIfMissing: true });
}

const { databaseUrl } = sideOptions() as SessionAppOptions;
const store = databaseUrl === null ? new session.MemoryStore() : await postgresStore(databaseUrl);
const app = await NestFactory.create<NestExpressApplication>(SessionApp, { logger: false });
app.disable('x-powered-by');
app.use('/textbook', session({ store, secret: 'load', resave: false, saveUninitialized: false }));
await serveSide(app);
// The pool of a store would keep it running.
process.exit();
