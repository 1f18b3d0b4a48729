// Fixtures for Playwright Test: `cognate`, a state for each worker that goes back to its beginning before each test.

import { connect, StartedCognate } from './index.js';

const BASE = 'before-each-test';

/**
 * Fixtures for `test.extend`. `options` are those of `connect`; `prepare` makes what every test begins with (pools, clients,
 * users) once for each worker; what it returns is the fixture `prepared`. Of a server that runs already, each worker has a world; else
 * each worker starts a server.
 */
export function cognateFixtures(options = {}, prepare = async () => undefined) {
  return {
    cognateWorker: [
      async ({}, use, workerInfo) => {
        const server = await connect(options);
        const own = server instanceof StartedCognate;
        // The number of a worker is never used again in a run: one that takes the place of another has a new one.
        const name = `${options.worlds ?? 'w'}${workerInfo.workerIndex}`;
        const cognate = own ? server : server.world(name);
        try {
          const prepared = await prepare(cognate);
          await cognate.snapshot(BASE);
          await use({ cognate, prepared });
        } finally {
          if (!own) await server.deleteWorld(name);
          await server.stop();
        }
      },
      { scope: 'worker' },
    ],
    cognate: async ({ cognateWorker }, use) => {
      await cognateWorker.cognate.restore(BASE);
      await use(cognateWorker.cognate);
    },
    prepared: async ({ cognateWorker }, use) => {
      await use(cognateWorker.prepared);
    },
  };
}

/**
 * A `globalSetup`: starts one server for all workers, unless TEST_COGNATE_ENDPOINT names one. Returns what ends it.
 */
export default async function globalSetup(config, options = {}) {
  const server = await connect(options);
  if (!(server instanceof StartedCognate)) return async () => {};
  process.env.TEST_COGNATE_ENDPOINT = server.endpoint;
  return async () => {
    delete process.env.TEST_COGNATE_ENDPOINT;
    await server.stop();
  };
}
