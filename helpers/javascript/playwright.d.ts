import type { Cognate, StartOptions } from './index.js';

type Use<T> = (value: T) => Promise<void>;
type Worker<P> = { cognate: Cognate & { stop(): Promise<void> }; prepared: P };

/**
 * Fixtures for `test.extend`: `cognate`, a server for each worker that goes back to its beginning before each test, and
 * `prepared`, what `prepare` has made there once for each worker.
 */
export function cognateFixtures<P = undefined>(
  options?: StartOptions & { endpoint?: string },
  prepare?: (cognate: Cognate) => Promise<P>,
): {
  cognateWorker: [(args: object, use: Use<Worker<P>>) => Promise<void>, { scope: 'worker' }];
  cognate: (args: { cognateWorker: Worker<P> }, use: Use<Cognate>) => Promise<void>;
  prepared: (args: { cognateWorker: Worker<P> }, use: Use<P>) => Promise<void>;
};
