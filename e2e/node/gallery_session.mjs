// Every page of managed login in every state, without a server, and the script of the pages.
//
// axe-core examines English on a light desk, English and Arabic on a dark phone; German, Japanese and a client's own look
// must fit a narrow phone. gallery.mjs alone looks at everything and keeps pictures.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { lookAt, pageNames } from './gallery.mjs';
import { checkScript } from './gallery_script.mjs';
import { serve } from './gallery_server.mjs';
import { check, session } from './support.mjs';

await session('the gallery', async () => {
  if (process.env.E2E_ENGINE !== 'sqlite') {
    check('no database: the session on SQLite looks at the gallery', true, true);
    return;
  }
  const gallery = mkdtempSync(join(tmpdir(), 'cognate-gallery-'));
  // Built with the program.
  const [program] = JSON.parse(process.env.E2E_COMMAND);
  execFileSync(join(dirname(program), 'examples', 'gallery'), [gallery]);
  const served = await serve(gallery);
  try {
    const names = pageNames(gallery);
    check('the gallery has the pages', names.length > 50, true);
    const seen = await Promise.all([
      lookAt(served, gallery, { names, languages: ['en'], looks: [['light', 'wide']] }),
      lookAt(served, gallery, { names, languages: ['en', 'ar'], looks: [['dark', 'phone']] }),
      lookAt(served, gallery, { names, languages: ['de', 'ja', 'look'], looks: [['light', 'phone']], examined: false }),
    ]);
    check('English on a light desk', seen[0], []);
    check('English and Arabic on a dark phone', seen[1], []);
    check('German, Japanese and a look of its own on a narrow phone', seen[2], []);
    for (const [name, wrong] of await checkScript(served)) check(name, wrong, null);
  } finally {
    await served.close();
    rmSync(gallery, { recursive: true });
  }
});
