import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import { catchError, concatMap, type Observable, throwError } from 'rxjs';
import { forget } from '../request/session-middleware.js';
import { SessionsService } from '../request/sessions.service.js';

/** Saves what a handler changed in the session before its answer is sent; what a failed one changed is not saved. */
@Injectable()
export class SessionSaver implements NestInterceptor {
  constructor(private readonly sessions: SessionsService) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    return next.handle().pipe(
      concatMap(async (answer: unknown) => {
        await this.sessions.save(request);
        return answer;
      }),
      catchError((error: unknown) => {
        forget(request);
        return throwError(() => error);
      }),
    );
  }
}
