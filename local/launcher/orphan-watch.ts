import { commandLineOf, parentOf } from '../processes/process-tree.js';

const CHECK_EVERY_MILLISECONDS = 1000;
const NPM = /\bnpm\b/;

/**
 * Calls back when npm, or the shell or loader between it and this process, has ended. They forward signals, but after `kill -9`
 * on one of them nothing would stop this process.
 */
export function onNpmGone(callback: () => void): void {
  const chain = chainToNpm();
  if (chain.length === 0) return;
  const timer = setInterval(() => {
    if (chain.every(([pid, parent]) => parentOf(pid) === parent)) return;
    clearInterval(timer);
    callback();
  }, CHECK_EVERY_MILLISECONDS);
  timer.unref();
}

/** Pairs of process and parent, from this process up to npm. Empty when npm did not start it. */
function chainToNpm(): [pid: number, parent: number][] {
  const chain: [pid: number, parent: number][] = [];
  if (!process.env['npm_lifecycle_event']) return chain;
  for (let pid = process.pid, parent = process.ppid; parent > 1; pid = parent, parent = parentOf(pid)) {
    chain.push([pid, parent]);
    if (NPM.test(commandLineOf(parent))) return chain;
  }
  return [];
}
