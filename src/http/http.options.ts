import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { TrustProxy } from './trusted-proxies.js';

export interface HttpOptions {
  /** Bearer tokens of operators; several while one replaces another. */
  operatorKeys: string[];
  /** true opens the operator's part without a key to requests for a loopback host: a demo. */
  operatorsNeedNoKey: boolean;
  /** For example `1` behind one proxy, or `['10.0.0.0/8']`. */
  trustProxy: TrustProxy;
  /** How long requests are still served after `/health/ready` has begun to answer 503. */
  shutdownDelayMs: number;
  /** How long an idle connection is kept open; longer than the load balancer keeps it. */
  keepAliveMs: number;
  /** Other origins of the application's pages, for example `https://app.example.com`. They may also read answers (CORS). */
  allowedOrigins: readonly string[];
}

export const { ConfigurableModuleClass: HttpModuleBase, MODULE_OPTIONS_TOKEN: HTTP_OPTIONS } =
  new ConfigurableModuleBuilder<HttpOptions>().setClassMethodName('forRoot').build();
