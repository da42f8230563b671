import {
  type EngineKind,
  type LocalEngine,
  type LocalServer,
  type ProfileNode,
  type Reply,
  type RunningProfile,
  startEngine,
  startProfile,
} from '../../../local/index.js';
import { PROFILE } from './profile.js';

export function startTestEngine(kind: 'redis' | 'valkey'): Promise<LocalEngine>;
export function startTestEngine(kind: EngineKind): Promise<LocalServer>;
/** The engine of a test: a server of this kind, or in a run on a profile the service, if it offers this kind. */
export async function startTestEngine(kind: EngineKind): Promise<LocalServer> {
  if (!PROFILE?.kinds.includes(kind)) return startEngine(kind);
  return asEngine(await startProfile(PROFILE.name, { kind, keys: '*' }));
}

const SENT_TO_ALL = new Set(['ACL', 'CONFIG', 'DBSIZE', 'EVAL', 'FLUSHALL', 'INFO', 'KEYS', 'SCRIPT']);

/** The servers of a profile as one. They are paused and killed together, and administrated over their own ports. */
function asEngine(running: RunningProfile): LocalServer {
  const nodes = [...running.nodes.values()];
  const [first] = nodes;
  if (!first) throw new Error('A profile has a node.');
  const each = async (action: (node: ProfileNode) => unknown) => void (await Promise.all(nodes.map(action)));
  const engine: Omit<LocalEngine, 'pid' | 'state'> = {
    name: first.name,
    version: first.version,
    url: running.url,
    // Of the service: a fault proxy stands in front of it.
    port: Number(new URL(running.url).port),
    tls: running.tls,
    kill: () => each((node) => node.kill()),
    pause: () => nodes.forEach((node) => node.pause()),
    resume: () => nodes.forEach((node) => node.resume()),
    restart: () => each((node) => node.restart()),
    stop: () => running.stop(),
    onUnexpectedExit: (listener) => nodes.forEach((node) => node.onUnexpectedExit(listener)),
    command: (...command) => sendToOwner(nodes, command),
  };
  return Object.defineProperties(engine as LocalEngine, {
    pid: { get: () => first.pid },
    state: { get: () => first.state },
  });
}

/** Sends a command to the node that owns its key, or to all. */
async function sendToOwner(nodes: readonly ProfileNode[], command: readonly string[]): Promise<Reply> {
  const replies = await Promise.allSettled(nodes.map(async (node) => node.command?.(...command)));
  const answers = replies.flatMap((reply) => (reply.status === 'fulfilled' ? [reply.value ?? null] : []));
  const failures = replies.flatMap((reply) => (reply.status === 'rejected' ? [reply.reason as Error] : []));
  const failure = failures.find(({ message }) => !message.startsWith('MOVED'));
  if (failure) throw failure;
  return SENT_TO_ALL.has(command[0] ?? '') ? combine(answers) : (answers[0] ?? null);
}

function combine(answers: readonly Reply[]): Reply {
  if (answers.length === 1) return answers[0] ?? null;
  if (answers.every((answer) => typeof answer === 'number'))
    return answers.reduce((sum, one) => sum + one, 0);
  if (answers.every(Array.isArray)) return answers.flat();
  return answers.join('\n');
}
