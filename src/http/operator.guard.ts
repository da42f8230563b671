import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Operators } from './operators.js';
import { RefusedError } from './problems.js';

/** Lets in operators only. */
@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(private readonly operators: Operators) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    // What operators see is neither for others nor for later.
    http.getResponse<Response>().set('Cache-Control', 'no-store');
    if (this.operators.admits(http.getRequest<Request>().headers)) return true;
    throw new RefusedError(
      'E_KEY_REQUIRED',
      'This is the operator’s part. Send Authorization: Bearer <OPERATOR_KEY>.',
    );
  }
}
