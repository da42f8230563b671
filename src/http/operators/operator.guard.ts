import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Operators } from './operators.js';

/** Admits operators only. */
@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(private readonly operators: Operators) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    // Answers for operators must not be stored by any cache.
    http.getResponse<Response>().set('Cache-Control', 'no-store');
    const refusal = this.operators.refusalOf(http.getRequest<Request>().headers);
    if (refusal) throw refusal;
    return true;
  }
}
