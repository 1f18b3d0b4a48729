import type { Cognate, StartOptions } from './index.js';

type Use<T> = (value: T) => Promise<void>;
type Worker<P> = { cognate: Cognate; prepared: P };
type WorkerInfo = { workerIndex: number };

export interface FixtureOptions extends StartOptions {
  endpoint?: string;
  /** The beginning of the names of worlds, for runs that share a server; `w` if left out. */
  worlds?: string;
}

/**
 * Fixtures for `test.extend`: `cognate`, a state for each worker that goes back to its beginning before each test, and
 * `prepared`, what `prepare` has made there once for each worker. It is a world of the server at `endpoint` or TEST_COGNATE_ENDPOINT,
 * or else a server of the worker's own.
 */
export function cognateFixtures<P = undefined>(
  options?: FixtureOptions,
  prepare?: (cognate: Cognate) => Promise<P>,
): {
  cognateWorker: [(args: object, use: Use<Worker<P>>, workerInfo: WorkerInfo) => Promise<void>, { scope: 'worker' }];
  cognate: (args: { cognateWorker: Worker<P> }, use: Use<Cognate>) => Promise<void>;
  prepared: (args: { cognateWorker: Worker<P> }, use: Use<P>) => Promise<void>;
};

/** A `globalSetup` that starts one server for all workers, unless TEST_COGNATE_ENDPOINT names one. */
export default function globalSetup(config?: unknown, options?: StartOptions): Promise<() => Promise<void>>;
