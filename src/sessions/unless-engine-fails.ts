import { EngineError } from '../engine/index.js';

/** What a task resolves with, or something else where the engine fails it. */
export function unlessEngineFails<T>(task: Promise<T>, otherwise: T): Promise<T> {
  return task.catch((error: unknown) => {
    if (error instanceof EngineError) return otherwise;
    throw error;
  });
}
