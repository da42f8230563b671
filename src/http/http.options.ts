import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { TrustProxy } from './origins/trusted-proxies.js';

/** Options of `HttpModule.forRootAsync`. */
export interface HttpOptions {
  /** Bearer keys of operators; several are valid while one replaces another. */
  operatorKeys: string[];
  /** true admits operators without a key if the request's host is a loopback address: for demos. */
  operatorsNeedNoKey: boolean;
  /** For example `1` behind one proxy, or `['10.0.0.0/8']`. */
  trustProxy: TrustProxy;
  /** How long requests are still served after `/health/ready` starts to answer 503. */
  shutdownDelayMs: number;
  /** How long an idle connection stays open. Choose longer than the load balancer's own timeout. */
  keepAliveMs: number;
  /** Further origins that serve the application's pages, for example `https://app.example.com`. They may also read answers (CORS). */
  allowedOrigins: readonly string[];
}

const builder = new ConfigurableModuleBuilder<HttpOptions>().setClassMethodName('forRoot').build();

export const HttpModuleBase = builder.ConfigurableModuleClass;
/** Injection token of {@link HttpOptions}. */
export const HTTP_OPTIONS = builder.MODULE_OPTIONS_TOKEN;
