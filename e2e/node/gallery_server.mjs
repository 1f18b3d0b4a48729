// Serves the files of the gallery under the policy that pages have, and keeps what forms send.

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { chromium } from 'playwright-core';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' };
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; script-src 'self'";

export async function serve(folder) {
  const sent = [];
  const server = createServer(async (request, answer) => {
    answer.setHeader('Content-Security-Policy', POLICY);
    const [path, query] = request.url.split('?');
    if (path === '/favicon.ico') return answer.writeHead(204).end();
    if (request.method === 'POST' || path === '/oauth2/authorize') {
      let body = '';
      for await (const part of request) body += part;
      sent.push({ path, query, fields: Object.fromEntries(new URLSearchParams(body || query)) });
      // Slow, as a server may be while somebody clicks twice.
      await new Promise(later => setTimeout(later, 300));
      return answer.setHeader('Content-Type', 'text/html').end('<!doctype html><title>sent</title>');
    }
    const file = join(folder, normalize(decodeURIComponent(path)));
    const type = TYPES[extname(file)];
    if (!type || !existsSync(file)) return answer.writeHead(404).end();
    answer.setHeader('Content-Type', type).end(readFileSync(file));
  });
  await new Promise(listening => server.listen(0, 'localhost', listening));
  // What runs this may be root, for whom Chromium has no sandbox.
  const browser = await chromium.launch({ executablePath: BROWSERS.find(path => existsSync(path)), args: ['--no-sandbox'] });
  return {
    base: `http://localhost:${server.address().port}`,
    browser,
    sent,
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
