import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { SessionSaver } from './session.interceptor.js';
import { SessionsService } from '../request/sessions.service.js';

/** Loads the session: only routes that say so touch the engine, so public routes do not notice when it is away. */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(protected readonly sessions: SessionsService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    await this.sessions.load(http.getRequest<Request>(), http.getResponse<Response>());
    return true;
  }
}

/** Loads the session and lets in only who is signed in. */
@Injectable()
export class SignedInGuard extends SessionGuard {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    this.sessions.require(context.switchToHttp().getRequest<Request>());
    return true;
  }
}

/**
 * The route may have a session: `request.session` is there, signed in or not, unless it ended in this very moment. What is changed
 * in it is saved before the answer.
 */
export const WithSession = () => applyDecorators(UseGuards(SessionGuard), UseInterceptors(SessionSaver));

/** The same for a route that needs a session: 401 without one. */
export const SignedInOnly = () => applyDecorators(UseGuards(SignedInGuard), UseInterceptors(SessionSaver));
