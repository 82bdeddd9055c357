import { inject } from 'vitest';
import { faultControlAt } from '#test/support/faults-config.ts';

/**
 * While a test runs, a message that comes back after a backoff comes back soon: giving up takes three
 * minutes otherwise. Where the suite runs on another stack, its emulator shortens long waits itself
 * (test/suites/ministack/launch.py, test/suites/localstack/host_mode.py).
 */
export const withShortWaits = async <T>(test: () => Promise<T>): Promise<T> => {
  const embedded = inject('embedded');
  if (!embedded) return test();
  const faults = faultControlAt(embedded.faultsUrl);
  await faults.change({ timeScale: 100 });
  return test().finally(() => faults.change({ timeScale: 1 }));
};
