// Every page of managed login in every state, without a server: screenshots to look at, and axe-core on each.
//
//   cargo run -p cognate-web --example gallery -- target/gallery
//   node e2e/node/gallery.mjs target/gallery [OUTDIR [part of a name [languages]]]
//
// Fails if axe-core finds something, if a page scrolls sideways at 320 pixels, also with wider text spacing (WCAG 1.4.12),
// or if a page reports an error of its own, for example against its policy.

import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { serve } from './gallery_server.mjs';

const [gallery, out, part = '', only = ''] = process.argv.slice(2);
const SIZES = { phone: { width: 390, height: 844 }, wide: { width: 1280, height: 800 } };
const SPACING = '* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const { base, browser, close } = await serve(gallery);
const found = [];

/** What is wider than the window. */
const overflow = page =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const all = [...document.querySelectorAll('body *')];
    return all.filter(e => e.getBoundingClientRect().right > width + 1).map(e => e.outerHTML.slice(0, 120));
  });

async function look(page, language, name, scheme, size) {
  const errors = [];
  page.removeAllListeners();
  page.on('console', message => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', error => errors.push(String(error)));
  await page.setViewportSize(SIZES[size]);
  await page.goto(`${base}/${language}/${name}.html`);
  const where = `${language}/${name} ${scheme} ${size}`;
  found.push(...errors.map(error => `${where}: ${error}`));
  if (out) {
    mkdirSync(out, { recursive: true });
    const path = join(out, `${name}.${language}.${scheme}.${size}.png`);
    await page.screenshot({ path, fullPage: true, animations: 'disabled' });
  }
  // By the protocol: the page's policy lets no script in.
  await page.evaluate(AXE);
  // Letters that stand for others do not match the names that screen readers say.
  const rules = made.has(language) ? { 'label-content-name-mismatch': { enabled: false } } : {};
  const { violations } = await page.evaluate(rules => axe.run({ rules, resultTypes: ['violations'] }), rules);
  for (const { id, nodes } of violations) found.push(`${where}: ${id}: ${nodes.map(n => n.html.slice(0, 160)).join(' | ')}`);
  if (size === 'phone') {
    await page.setViewportSize({ width: 320, height: 667 });
    for (const wide of await overflow(page)) found.push(`${where} at 320: ${wide}`);
    await page.evaluate(async text => document.adoptedStyleSheets.push(await new CSSStyleSheet().replace(text)), SPACING);
    for (const wide of await overflow(page)) found.push(`${where} with spacing: ${wide}`);
  }
}

const languages = readdirSync(gallery)
  .filter(name => existsSync(join(gallery, name, 'sign-in.html')))
  .filter(name => !only || only.split(',').includes(name));
// Languages without texts of their own yet.
const made = new Set(readFileSync(join(gallery, 'made-up.txt'), 'utf8').split('\n'));
const names = readFileSync(join(gallery, 'names.txt'), 'utf8').split('\n').filter(name => name.includes(part) && name);
for (const scheme of ['light', 'dark']) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const options = { viewport, colorScheme: scheme, hasTouch: size === 'phone' };
    const context = await browser.newContext(options);
    const page = await context.newPage();
    for (const language of languages) for (const name of names) await look(page, language, name, scheme, size);
    await context.close();
  }
}
await close();
console.log(found.length ? [...new Set(found)].join('\n') : `${names.length} pages in ${languages.length} languages`);
process.exitCode = found.length ? 1 : 0;
