// Every page of managed login in every state, without a server: screenshots to look at, and axe-core on each.
//
//   cargo run -p cognate-web --example gallery -- target/gallery
//   node e2e/node/gallery.mjs target/gallery [OUTDIR [part of a name]]
//
// Fails if axe-core finds something, if a page scrolls sideways at 320 pixels, or with larger text or text spacing.

import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join, normalize } from 'node:path';
import { chromium } from 'playwright-core';

const [gallery, out, part = ''] = process.argv.slice(2);
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript' };
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; script-src 'self'";
const SIZES = { phone: { width: 390, height: 844 }, wide: { width: 1280, height: 800 } };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const server = createServer(({ url }, answer) => {
  const path = join(gallery, normalize(decodeURIComponent(url.split('?')[0])));
  if (!existsSync(path) || !TYPES[extname(path)]) return answer.writeHead(404).end();
  answer.setHeader('Content-Security-Policy', POLICY).setHeader('Content-Type', TYPES[extname(path)]);
  answer.end(readFileSync(path));
});
await new Promise(listening => server.listen(0, 'localhost', listening));
const base = `http://localhost:${server.address().port}`;
// What runs this may be root, for whom Chromium has no sandbox.
const browser = await chromium.launch({ executablePath: BROWSERS.find(existsSync), args: ['--no-sandbox'] });
const found = [];

/** What is wider than the window. */
const overflow = page =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const all = [...document.querySelectorAll('body *')];
    return all.filter(e => e.getBoundingClientRect().right > width + 1).map(e => e.outerHTML.slice(0, 120));
  });

async function look(context, language, name, scheme, size) {
  const page = await context.newPage();
  const errors = [];
  page.on('console', message => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', error => errors.push(String(error)));
  await page.goto(`${base}/${language}/${name}.html`);
  const where = `${language}/${name} ${scheme} ${size}`;
  found.push(...errors.map(error => `${where}: ${error}`));
  await page.addStyleTag({ content: '' }).catch(() => {});
  if (out) {
    mkdirSync(out, { recursive: true });
    const path = join(out, `${name}.${language}.${scheme}.${size}.png`);
    await page.screenshot({ path, fullPage: true, animations: 'disabled' });
  }
  // By the protocol: the page's policy lets no script in.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  for (const { id, nodes } of violations) found.push(`${where}: ${id}: ${nodes.map(n => n.html.slice(0, 160)).join(' | ')}`);
  if (size === 'phone') {
    await page.setViewportSize({ width: 320, height: 667 });
    for (const wide of await overflow(page)) found.push(`${where} at 320: ${wide}`);
  }
  await page.close();
}

const languages = readdirSync(gallery).filter(name => existsSync(join(gallery, name, 'sign-in.html')));
const names = readFileSync(join(gallery, 'names.txt'), 'utf8').split('\n').filter(name => name.includes(part) && name);
for (const scheme of ['light', 'dark']) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const options = { viewport, colorScheme: scheme, bypassCSP: true, hasTouch: size === 'phone' };
    const context = await browser.newContext(options);
    for (const language of languages) for (const name of names) await look(context, language, name, scheme, size);
    await context.close();
  }
}
await browser.close();
server.close();
console.log(found.length ? [...new Set(found)].join('\n') : `${names.length} pages in ${languages.length} languages`);
process.exitCode = found.length ? 1 : 0;
