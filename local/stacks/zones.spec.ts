import { expect, it } from 'vitest';
import { zoneOf } from './zones.js';

it.each([
  ['primary', 'a'],
  ['replica-1', 'b'],
  ['replica-2', 'c'],
  ['sentinel-1', 'a'],
  ['sentinel-3', 'c'],
  ['shard-1', 'a'],
  ['shard-3', 'c'],
  ['shard-3-replica-1', 'a'],
  ['shard-4', 'a'],
  ['shard-2-replica-2', 'a'],
  ['node-2', 'b'],
])('%s is in zone %s', (node, zone) => {
  expect(zoneOf(node)).toBe(zone);
});
