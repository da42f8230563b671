import { Controller, Get, type INestApplication, Query, UsePipes } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { validationPipe } from '../../common/index.js';
import { UncaughtFilter } from './uncaught.filter.js';

/** A route of no module. */
@UsePipes(validationPipe)
@Controller('echo')
class EchoController {
  @Get()
  echo(@Query({ schema: z.object({ word: z.string() }) }) { word }: { word: string }) {
    return { word };
  }
}

describe('UncaughtFilter', () => {
  let app: INestApplication;

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      controllers: [EchoController],
      providers: [{ provide: APP_FILTER, useClass: UncaughtFilter }],
    }).compile();
    app = module.createNestApplication();
    await app.init();
  });
  afterAll(() => app.close());

  it('answers invalid input with 422 and the wrong field', async () => {
    await request(app.getHttpServer()).get('/echo?word=yes').expect(200, { word: 'yes' });
    const { status, type, body } = await request(app.getHttpServer()).get('/echo');
    expect([status, type]).toEqual([422, 'application/problem+json']);
    expect(body).toMatchObject({ code: 'E_INVALID', errors: [{ field: 'word' }] });
  });

  it('answers an unknown route with 404', async () => {
    const { body } = await request(app.getHttpServer()).get('/nothing').expect(404);
    expect(body.code).toBe('E_NOT_FOUND');
  });
});
