import { readFileSync } from 'node:fs';
import { ParameterError } from './parameters.js';

/** @throws {ParameterError} if the file is missing or is not JSON. */
export function readParameterFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const problem = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new ParameterError([
      `The file ${problem}. Correct it, or name another in PARAMETERS; parameters.json is an example.`,
    ]);
  }
}
