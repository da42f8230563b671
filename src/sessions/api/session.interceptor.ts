import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import { catchError, concatMap, type Observable, throwError } from 'rxjs';
import { detachSession } from '../request/session-middleware.js';
import { SessionsService } from '../request/sessions.service.js';

/** Saves the changes of a handler to the session before its response is sent. Changes of a failed handler are dropped. */
@Injectable()
export class SessionSaver implements NestInterceptor {
  constructor(private readonly sessions: SessionsService) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    return next.handle().pipe(
      concatMap(async (body: unknown) => {
        await this.sessions.save(request);
        return body;
      }),
      catchError((error: unknown) => {
        detachSession(request);
        return throwError(() => error);
      }),
    );
  }
}
