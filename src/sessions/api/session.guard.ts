import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { SessionsService } from '../request/sessions.service.js';
import { notHttp } from '../sessions.errors.js';
import { SessionSaver } from './session.interceptor.js';

/** Loads the session of a request. Only guarded routes use the engine, so an outage does not affect public routes. */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(protected readonly sessions: SessionsService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const type = context.getType<string>();
    if (type !== 'http') throw notHttp(type);
    const http = context.switchToHttp();
    await this.sessions.load(http.getRequest<Request>(), http.getResponse<Response>());
    return true;
  }
}

/** Loads the session of a request and requires that somebody is signed in. Throws `SessionError` E_NO_SESSION (401) otherwise. */
@Injectable()
export class SignedInGuard extends SessionGuard {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    this.sessions.require(context.switchToHttp().getRequest<Request>());
    return true;
  }
}

/**
 * For routes with an optional session: `request.session` is loaded, signed in or not, and saved before the response. It is undefined
 * only if the session ended during this request.
 */
export const WithSession = () => applyDecorators(UseGuards(SessionGuard), UseInterceptors(SessionSaver));

/**
 * For routes that need a recent authentication (OWASP ASVS 7.5): as `SignedInOnly`, and 403 E_NOT_RECENTLY_SIGNED_IN if the password was
 * verified longer ago: at the sign-in, or by `sessions.confirmAuthentication`.
 */
export function RecentlySignedIn({ withinSeconds }: { withinSeconds: number }) {
  @Injectable()
  class RecentlySignedInGuard extends SessionGuard {
    override async canActivate(context: ExecutionContext): Promise<boolean> {
      await super.canActivate(context);
      this.sessions.requireRecent(context.switchToHttp().getRequest<Request>(), withinSeconds);
      return true;
    }
  }
  return applyDecorators(UseGuards(RecentlySignedInGuard), UseInterceptors(SessionSaver));
}

/** For routes that require a session: as `WithSession`, and 401 E_NO_SESSION if nobody is signed in. */
export const SignedInOnly = () => applyDecorators(UseGuards(SignedInGuard), UseInterceptors(SessionSaver));
