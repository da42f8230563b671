import { z } from 'zod';
import type { ClusterAction, ServerAction, Zone, ZoneAction } from './servers.wire.js';

const SERVER_ACTIONS = ['kill', 'pause', 'resume', 'restart'] as const satisfies ServerAction[];
const CLUSTER_ACTIONS = ['add-shard', 'remove-shard'] as const satisfies ClusterAction[];
const ZONES = ['a', 'b', 'c'] as const satisfies Zone[];
const ZONE_ACTIONS = ['cut', 'restore'] as const satisfies ZoneAction[];

const oneOf = <const Value extends string>(values: readonly Value[]) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

export const serverNameSchema = z.object({
  name: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'must be 1-64 of a-z, 0-9 and "-"')
    .meta({ example: 'engine' }),
});
export const serverActionSchema = z.strictObject({ action: oneOf(SERVER_ACTIONS) });
export const clusterActionSchema = z.strictObject({ action: oneOf(CLUSTER_ACTIONS) });
export const zoneSchema = z.object({ zone: oneOf(ZONES).meta({ example: 'a' }) });
export const zoneActionSchema = z.strictObject({ action: oneOf(ZONE_ACTIONS) });
