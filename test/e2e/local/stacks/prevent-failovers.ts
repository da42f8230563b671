import type { EngineStack } from '../../../../local/index.js';

const DOWN_AFTER_MILLISECONDS = '60000';

/** Makes the sentinels wait a minute before they replace a primary: a busy machine can stop one for a second. */
export async function preventFailovers({ nodes }: EngineStack): Promise<void> {
  const sentinels = [...nodes].filter(([name]) => name.startsWith('sentinel'));
  for (const [, sentinel] of sentinels)
    await sentinel.command('SENTINEL', 'SET', 'primary', 'down-after-milliseconds', DOWN_AFTER_MILLISECONDS);
}
