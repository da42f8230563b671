import type { Server, Zone } from '../../../src/demo/servers/servers.wire.js';
import { changeZone, running } from '../servers/actions.js';

/** One button for each zone that has servers. */
export function Zones({ servers }: { servers: Server[] }) {
  const zones = [...new Set(servers.flatMap(({ zone }) => zone ?? []))].toSorted();
  if (zones.length < 2) return null;
  return (
    <div class="actions">
      {zones.map((zone) => (
        <ZoneButton key={zone} zone={zone} servers={servers.filter((one) => one.zone === zone)} />
      ))}
      <p class="hint">
        A zone is a group of servers that fail together: one of each shard, and one sentinel. Cutting it
        pauses all of them. The application and PostgreSQL are in no zone.
      </p>
    </div>
  );
}

function ZoneButton({ zone, servers }: { zone: Zone; servers: Server[] }) {
  const isBusy = running.value[`zone ${zone}`] !== undefined;
  const isCut = !servers.some(({ state }) => state === 'running');
  return (
    <button
      type="button"
      aria-disabled={isBusy}
      data-testid={`zone-${zone}`}
      onClick={() => void changeZone(zone, isCut ? 'restore' : 'cut')}
    >
      {isCut ? `Restore zone ${zone}` : `Cut zone ${zone}`}
    </button>
  );
}
