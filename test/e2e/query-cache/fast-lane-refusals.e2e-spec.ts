import type { IncomingHttpHeaders } from 'node:http';
import {
  type CallHandler,
  type CanActivate,
  Controller,
  createParamDecorator,
  type ExecutionContext,
  Get,
  Headers,
  Injectable,
  type NestInterceptor,
  Param,
  Post,
  Query,
  Req,
  type Type,
  UseGuards,
  UseInterceptors,
  Version,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Request } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ControlHeaders, FastLane } from '../../../src/query-cache/index.js';
import { type FastLaneEngine, type Setup, startFastLaneApp, startFastLaneEngine } from './fast-lane-app.js';

let running: FastLaneEngine;
beforeAll(async () => {
  running = await startFastLaneEngine();
});
afterAll(() => running.stop());

@Injectable()
class Admits implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@Injectable()
class PassesOn implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle();
  }
}

const Tenant = createParamDecorator((_: unknown, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<Request>().headers['x-tenant'];
});

describe('@FastLane() is refused at boot', () => {
  @Controller()
  class Scoped {
    @Get('a/:id')
    @FastLane('own')
    read() {}
  }
  @Controller()
  class OfNoQuery {
    @Get('a/:id')
    @FastLane('unknown')
    read() {}
  }
  @Controller()
  class Guarded {
    @Get('a/:id')
    @FastLane('shared')
    @UseGuards(Admits)
    read() {}
  }
  @Controller()
  @UseGuards(Admits)
  class InGuardedController {
    @Get('a/:id')
    @FastLane('shared')
    read() {}
  }
  @Controller()
  class Intercepted {
    @Get('a/:id')
    @UseInterceptors(PassesOn)
    @FastLane('shared')
    read() {}
  }
  @Controller()
  class OfVersion {
    @Version('2')
    @Get('a/:id')
    @FastLane('shared')
    read() {}
  }
  @Controller()
  class Posted {
    @Post('a/:id')
    @FastLane('shared')
    read() {}
  }
  @Controller()
  class OfHeaders {
    @Get('a/:id')
    @FastLane('shared')
    read(@Param('id') _id: string, @Headers() _headers: object) {}
  }
  @Controller()
  class OfRequest {
    @Get('a/:id')
    @FastLane('shared')
    read(@Req() _request: object) {}
  }
  @Controller()
  class OfTenant {
    @Get('a/:id')
    @FastLane('shared')
    read(@Tenant() _tenant: string) {}
  }
  @Controller()
  class Good {
    @Get('a/:id')
    @FastLane('shared')
    read(@Param('id') _id: string, @Query('q') _q: string, @ControlHeaders() _headers: IncomingHttpHeaders) {}
  }
  class Fastify extends ExpressAdapter {
    override getType(): string {
      return 'fastify';
    }
  }

  it.each<[string, Type, Omit<Setup, 'engine'>, string]>([
    ['a query with a scope', Scoped, {}, 'the answers of this query belong to a scope'],
    ['no cached query', OfNoQuery, {}, 'there is no query "unknown"'],
    ['a guard', Guarded, {}, 'it has a guard, which would not run'],
    ['a guard of the controller', InGuardedController, {}, 'it has a guard, which would not run'],
    ['an interceptor', Intercepted, {}, 'it has an interceptor, which would not run'],
    ['a version', OfVersion, {}, 'it has a version, which may come from a header'],
    ['another method', Posted, {}, 'it is not a @Get'],
    ['@Headers()', OfHeaders, {}, 'it reads more of the request than'],
    ['@Req()', OfRequest, {}, 'it reads more of the request than'],
    ['a decorator of the application', OfTenant, {}, 'it reads more of the request than'],
    [
      'a global guard',
      Good,
      { providers: [{ provide: APP_GUARD, useClass: Admits }] },
      'the application has a global guard',
    ],
    [
      'a global interceptor',
      Good,
      { providers: [{ provide: APP_INTERCEPTOR, useClass: PassesOn }] },
      'the application has a global interceptor',
    ],
    ['an adapter other than Express', Good, { adapter: new Fastify() }, 'does not run on Express'],
  ])('with %s', async (_what, controller, setup, reason) => {
    const refusal = startFastLaneApp(controller, { engine: running.engine, ...setup });
    await expect(refusal).rejects.toMatchObject({ code: 'E_QUERY_DEFINITION' });
    await expect(refusal).rejects.toThrow(
      new RegExp(
        `^${controller.name}.read has @FastLane\\('\\w+'\\), but .*${reason}.*\\. Remove @FastLane\\(\\)\\.$`,
      ),
    );
  });

  it('but not with parameters of the URL and control headers', async () => {
    const app = await startFastLaneApp(Good, { engine: running.engine });
    await expect(app.close()).resolves.toBeUndefined();
  });
});
