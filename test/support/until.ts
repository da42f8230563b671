import { vi } from 'vitest';

/** Waits for a condition, and says what was there instead if it does not come. */
export async function until(condition: () => boolean | Promise<boolean>, timeout = 30_000): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await condition()))
        throw new Error(`This did not come true within ${timeout} ms: ${String(condition)}`);
    },
    { timeout, interval: 20 },
  );
}
