import { Controller, type DynamicModule, Get, Inject, Module, Param } from '@nestjs/common';
import type { AnswerKey } from '../protocol.js';
import type { Answer } from './database.js';

/** Reads an answer through a cache. */
export type Read = (answer: AnswerKey) => Promise<Answer> | Answer;

const READ = Symbol('read');

@Controller('answers')
class ReadingController {
  constructor(@Inject(READ) private readonly read: Read) {}

  @Get(':bytes/:id')
  answer(@Param('bytes') bytes: string, @Param('id') id: string) {
    return this.read({ bytes: Number(bytes), id });
  }
}

/** An application whose route calls a cache, as a service would. */
@Module({})
export class ReadingModule {
  static with(read: Read): DynamicModule {
    return {
      module: ReadingModule,
      controllers: [ReadingController],
      providers: [{ provide: READ, useValue: read }],
    };
  }
}
