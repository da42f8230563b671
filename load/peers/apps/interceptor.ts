import {
  CACHE_MANAGER,
  CacheInterceptor,
  CacheModule,
  type CacheModuleOptions,
  CacheTTL,
} from '@nestjs/cache-manager';
import { Controller, type DynamicModule, Get, Module, Param, UseInterceptors } from '@nestjs/common';
import type { Cache } from 'cache-manager';
import { pathOf } from '../protocol.js';
import { database } from './database.js';
import { type Peer, portOf, serverOf, startNest, TTL_SECONDS, UNSUPPORTED } from './peer.js';

@UseInterceptors(CacheInterceptor)
@CacheTTL(TTL_SECONDS * 1000)
@Controller('answers')
class InterceptedController {
  @Get(':bytes/:id')
  answer(@Param('bytes') bytes: string, @Param('id') id: string) {
    return database.query({ bytes: Number(bytes), id });
  }
}

@Module({})
class InterceptedModule {
  static with(options: CacheModuleOptions): DynamicModule {
    return {
      module: InterceptedModule,
      imports: [CacheModule.register(options)],
      controllers: [InterceptedController],
    };
  }
}

/** The interceptor of `@nestjs/cache-manager` as Nest's documentation shows it. Its keys are URLs. */
export async function startIntercepted(options: CacheModuleOptions = {}): Promise<Peer> {
  const app = await startNest(InterceptedModule.with(options));
  const cache = app.get<Cache>(CACHE_MANAGER, { strict: false });
  return {
    ...UNSUPPORTED,
    port: portOf(serverOf(app)),
    invalidate: (answer) => cache.del(pathOf(answer)),
    close: () => app.close(),
  };
}
