import type { Server } from '../../../src/demo/servers/servers.wire.js';
import { describeRole, dotOf } from '../servers/describe-server.js';
import { servers } from '../servers/servers.js';

/** The nodes of one kind with their roles. Renders nothing for one node, and where the servers cannot be listed. */
export function NodeList({ kind }: Pick<Server, 'kind'>) {
  const state = servers.value;
  const nodes = state.kind === 'listed' ? state.servers.filter((server) => server.kind === kind) : [];
  if (nodes.length < 2) return null;
  return (
    <ul class="nodes" data-testid="nodes">
      {nodes.map((node) => (
        <Node key={node.name} node={node} />
      ))}
    </ul>
  );
}

function Node({ node }: { node: Server }) {
  const { name, state, slots, zone } = node;
  return (
    <li class="node" data-state={dotOf(node)} data-role={node.role}>
      <span class="dot" aria-hidden="true" />
      <bdi>{name}</bdi> <strong>{state === 'running' ? describeRole(node) : state}</strong>
      {zone !== null && <span class="hint"> zone {zone}</span>}
      {slots !== null && slots > 0 && <span class="hint"> {slots.toLocaleString('en-US')} slots</span>}
      {isThisNode(node) && <span class="hint"> serves this page</span>}
    </li>
  );
}

function isThisNode({ kind, address }: Server): boolean {
  return kind === 'app' && address.endsWith(`:${location.port}`);
}
