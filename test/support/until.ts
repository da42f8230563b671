import { vi } from 'vitest';

/** Waits until a condition holds. Throws an error with the condition's source after the timeout. */
export async function until(condition: () => boolean | Promise<boolean>, timeout = 30_000): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await condition())) throw new Error(`Not true within ${timeout} ms: ${String(condition)}`);
    },
    { timeout, interval: 20 },
  );
}
