import { effect, signal } from '@preact/signals';
import { poll } from '../../http/poll.js';
import { postJson, request, type Problem } from '../../http/request.js';
import { askSide, type Side } from '../../sides/side.js';
import { flightQueries } from '../request/flight-queries.js';
import { args } from '../request/query-requests.js';

export interface SideView {
  /** Flights of the route, as this side last answered. */
  flights: number;
  /** From the end of the write until this side answered with the new flight; null while it does not. */
  newAfterMs: number | null;
}

export type NewFlight =
  | { kind: 'none' }
  | { kind: 'adding' }
  | { kind: 'refused'; problem: Problem }
  | { kind: 'added'; route: string; views: Record<Side, SideView> };

export const newFlight = signal<NewFlight>({ kind: 'none' });

const SIDES = ['direct', 'module', 'textbook'] as const;
const PAUSE_MS = 1_000;
/** The textbook keeps an answer for 60 s. */
const WATCHED_MS = 70_000;
/** A refusal is about the values of the form. */
effect(() => {
  if (args.value !== undefined && newFlight.peek().kind === 'refused') newFlight.value = { kind: 'none' };
});

let stop = (): void => undefined;

/** Fills every cache with the route of the form, adds a flight to it, and asks all sides until each of them knows the flight. */
export async function addFlight(): Promise<void> {
  stopWatching();
  newFlight.value = { kind: 'adding' };
  const [origin, destination] = [args.value.origin, args.value.destination].map((code) =>
    code.trim().toUpperCase(),
  );
  const path = flightQueries.route.path(args.value);
  const before = await askAll(path);
  if ('status' in before) return refuse(before);
  const flight = { date: '2001-12-31T12:00:00', delay: 0, distance: 500, origin, destination };
  const added = await request('/api/flights', postJson(flight));
  if (!added.ok) return refuse(added.problem);
  watch(`${origin} to ${destination}`, path, before.direct + 1);
}

/** What is shown stays. */
export function stopWatching(): void {
  stop();
  stop = () => undefined;
}

function refuse(problem: Problem): void {
  newFlight.value = { kind: 'refused', problem };
}

function watch(route: string, path: string, expected: number): void {
  const addedAt = performance.now();
  const newAfterMs: Partial<Record<Side, number>> = {};
  stop = poll(async () => {
    const now = await askAll(path);
    if ('status' in now) return;
    const elapsedMs = performance.now() - addedAt;
    for (const side of SIDES) if (now[side] >= expected) newAfterMs[side] ??= elapsedMs;
    const view = (side: Side): SideView => ({ flights: now[side], newAfterMs: newAfterMs[side] ?? null });
    const views = { direct: view('direct'), textbook: view('textbook'), module: view('module') };
    newFlight.value = { kind: 'added', route, views };
    if (elapsedMs > WATCHED_MS || SIDES.every((side) => newAfterMs[side] !== undefined)) stopWatching();
  }, PAUSE_MS);
}

/** The flights of the route on each side, or the first problem. */
async function askAll(path: string): Promise<Record<Side, number> | Problem> {
  const flights = { direct: 0, textbook: 0, module: 0 };
  for (const side of SIDES) {
    const answer = await askSide<{ flights: number }>(side, path);
    if (!answer.ok) return answer.problem;
    flights[side] = answer.body.flights;
  }
  return flights;
}
