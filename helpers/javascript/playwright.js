// Fixtures for Playwright Test: `cognate`, a server for each worker that goes back to its beginning before each test.

import { connect } from './index.js';

const BASE = 'before-each-test';

/**
 * Fixtures for `test.extend`. `options` are those of `connect`; `prepare` makes what every test begins with (pools, clients,
 * users) once for each worker; what it returns is the fixture `prepared`.
 */
export function cognateFixtures(options = {}, prepare = async () => undefined) {
  return {
    cognateWorker: [
      async ({}, use) => {
        const cognate = await connect(options);
        try {
          const prepared = await prepare(cognate);
          await cognate.snapshot(BASE);
          await use({ cognate, prepared });
        } finally {
          await cognate.stop();
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
