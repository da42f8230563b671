import type { EngineSetup } from '../engines/engine-setup.js';
import { credentialSettings, type Setting } from '../engines/redis-node.js';

/** The name of the monitored primary in Sentinel's configuration and in the URL. */
export const PRIMARY_NAME = 'primary';

export interface PlannedNode {
  readonly name: string;
  readonly port: number;
  /** Where clients and other nodes connect to it. */
  readonly publicPort: number;
}

export interface SentinelPlan {
  readonly primary: PlannedNode;
  readonly replicas: readonly PlannedNode[];
  readonly sentinels: readonly PlannedNode[];
  readonly downAfterMilliseconds: number;
}

/** Every data node announces its address, because each can become a replica. */
export function announceSettings({ publicPort }: PlannedNode): Setting[] {
  return [
    ['replica-announce-ip', '127.0.0.1'],
    ['replica-announce-port', `${publicPort}`],
  ];
}

/** The settings list all other nodes. Sentinels would need seconds to discover each other through the primary. */
export function sentinelSettings(
  { access, users }: EngineSetup,
  { primary, replicas, sentinels, downAfterMilliseconds }: SentinelPlan,
  { ids, own }: { readonly ids: readonly string[]; readonly own: number },
): Setting[] {
  const majority = Math.floor(sentinels.length / 2) + 1;
  return [
    ['sentinel', 'myid', ids[own] ?? ''],
    ['sentinel', 'announce-ip', '127.0.0.1'],
    ['sentinel', 'announce-port', `${sentinels[own]?.publicPort}`],
    forPrimary('monitor', '127.0.0.1', primary.publicPort, majority),
    forPrimary('down-after-milliseconds', downAfterMilliseconds),
    // A failed failover is retried after twice this time.
    forPrimary('failover-timeout', 3 * downAfterMilliseconds),
    ...credentialSettings(['auth-user', 'auth-pass'], access.sentinel).map(([name, value = '']) =>
      forPrimary(name, value),
    ),
    // With a single password, sentinels use their own for each other.
    ...(users ? credentialSettings(['sentinel-user', 'sentinel-pass'], access.sentinel) : []).map(
      (setting): Setting => ['sentinel', ...setting],
    ),
    ...replicas.map(({ publicPort }) => forPrimary('known-replica', '127.0.0.1', publicPort)),
    ...sentinels.flatMap(({ publicPort }, index) =>
      index === own ? [] : [forPrimary('known-sentinel', '127.0.0.1', publicPort, ids[index] ?? '')],
    ),
  ];
}

function forPrimary(setting: string, ...values: (string | number)[]): Setting {
  return ['sentinel', setting, PRIMARY_NAME, ...values.map(String)];
}
