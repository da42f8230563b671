import { expect, it } from 'vitest';
import type { SideFigures } from '../measuring/sides.js';
import { processorPerConstant } from './reads.js';

function side(name: string, appCpuMs: number): SideFigures {
  return { name, requests: 10, counts: { appCpuMs } } as unknown as SideFigures;
}

it('compares each side with the constant handler of its own process, and leaves out sides that were not measured', () => {
  const sides = [
    side('module', 30),
    side('textbook', 40),
    side('memory', 16),
    side('constant', 20),
    side('constant (small app)', 8),
  ];
  expect(processorPerConstant({ sides })).toEqual([
    { figure: 'authenticated read, CPU / constant handler: module', value: 1.5, atMost: 1.35 },
    { figure: 'authenticated read, CPU / constant handler: textbook', value: 2 },
    { figure: 'authenticated read, CPU / constant handler: memory', value: 2 },
  ]);
});
