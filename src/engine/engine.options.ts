import { z } from 'zod';
import { configurableModule, wholeOption } from '../common/index.js';
import type { EngineAddress } from './address/engine-address.js';

/** Options of `EngineModule.forRoot` and `forRootAsync`. */
export interface EngineOptions {
  /** The engine of each role, for example `{ sessions: parseEngineUrl('valkey://127.0.0.1:6379'), cache: engineAddressOf(client) }`. */
  roles: Record<string, EngineAddress>;
  /** Time limit of every call, in milliseconds, for example 300. */
  deadlineMs: number;
}

const LONGEST_DEADLINE_MS = 60_000;
const EXAMPLE = "parseEngineUrl('valkey://127.0.0.1:6379')";

const optionsSchema = z.object({
  roles: z.record(
    z.string(),
    z.custom<EngineAddress>(isAddress, `must be an engine address, for example ${EXAMPLE}.`),
    `must name the engine of each role, for example { cache: ${EXAMPLE} }.`,
  ),
  deadlineMs: wholeOption(1, LONGEST_DEADLINE_MS),
});

export const { ConfigurableModuleClass: EngineModuleBase, MODULE_OPTIONS_TOKEN: ENGINE_OPTIONS } =
  configurableModule<EngineOptions>({ name: 'EngineModule', schema: optionsSchema });

function isAddress(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'kind' in given && 'nodes' in given;
}
