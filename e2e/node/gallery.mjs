// Every page of managed login in every state, without a server: screenshots to look at, and axe-core on each.
//
//   cargo run -p cognate-web --example gallery -- target/gallery
//   node e2e/node/gallery.mjs target/gallery [OUTDIR [part of a name [languages]]]
//
// Fails if axe-core finds something, if a page scrolls sideways at 320 pixels, also with wider text spacing (WCAG 1.4.12),
// or if a page reports an error of its own, for example against its policy. The session gallery_session.mjs looks at fewer.

import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { photograph } from './chromium.mjs';
import { serve } from './gallery_server.mjs';

const SIZES = { phone: { width: 390, height: 844 }, wide: { width: 1280, height: 800 } };
const SPACING = '* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const lines = (folder, file) => readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean);

/** What is wider than the window. */
const overflow = page =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const all = [...document.querySelectorAll('body *')];
    return all.filter(e => e.getBoundingClientRect().right > width + 1).map(e => e.outerHTML.slice(0, 120));
  });

/** Looks at one page and returns what there is to complain of. */
async function look(page, { base, out, made, language, name, scheme, size, examined }) {
  const found = [];
  page.removeAllListeners();
  const where = `${language}/${name} ${scheme} ${size}`;
  page.on('console', message => message.type() === 'error' && found.push(`${where}: ${message.text()}`));
  page.on('pageerror', error => found.push(`${where}: ${error}`));
  await page.setViewportSize(SIZES[size]);
  await page.goto(`${base}/${language}/${name}.html`);
  if (out) {
    mkdirSync(out, { recursive: true });
    const path = join(out, `${name}.${language}.${scheme}.${size}.png`);
    await photograph(page, path);
  }
  if (examined) {
    // By the protocol: the page's policy lets no script in.
    await page.evaluate(AXE);
    // Letters that stand for others do not match the names that screen readers say.
    const rules = made.has(language) ? { 'label-content-name-mismatch': { enabled: false } } : {};
    const { violations } = await page.evaluate(rules => axe.run({ rules, resultTypes: ['violations'] }), rules);
    for (const { id, nodes } of violations) found.push(`${where}: ${id}: ${nodes.map(n => n.html.slice(0, 160)).join(' | ')}`);
  }
  if (size === 'phone') {
    await page.setViewportSize({ width: 320, height: 667 });
    for (const wide of await overflow(page)) found.push(`${where} at 320: ${wide}`);
    await page.evaluate(async text => document.adoptedStyleSheets.push(await new CSSStyleSheet().replace(text)), SPACING);
    for (const wide of await overflow(page)) found.push(`${where} with spacing: ${wide}`);
  }
  return found;
}

/** The names of the pages of a gallery. */
export const pageNames = (gallery, part = '') => lines(gallery, 'names.txt').filter(name => name.includes(part));

/**
 * Looks at pages of a gallery in some languages; `looks` are pairs of scheme and size, `examined` tells whether axe-core
 * looks, too. Returns what there is to complain of.
 */
export async function lookAt({ base, browser }, gallery, { names, languages, looks, examined = true, out }) {
  // Languages without texts of their own.
  const made = new Set(lines(gallery, 'made-up.txt'));
  const found = [];
  for (const [scheme, size] of looks) {
    const context = await browser.newContext({ viewport: SIZES[size], colorScheme: scheme, hasTouch: size === 'phone', reducedMotion: 'reduce' });
    const page = await context.newPage();
    for (const language of languages) {
      for (const name of names) found.push(...(await look(page, { base, out, made, language, name, scheme, size, examined })));
    }
    await context.close();
  }
  return [...new Set(found)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [gallery, out, part, only] = process.argv.slice(2);
  const served = await serve(gallery);
  const languages = readdirSync(gallery)
    .filter(name => existsSync(join(gallery, name, 'sign-in.html')))
    .filter(name => !only || only.split(',').includes(name));
  const looks = ['light', 'dark'].flatMap(scheme => Object.keys(SIZES).map(size => [scheme, size]));
  const names = pageNames(gallery, part);
  const found = await lookAt(served, gallery, { names, languages, looks, out });
  await served.close();
  console.log(found.length ? found.join('\n') : `${names.length} pages in ${languages.length} languages`);
  process.exitCode = found.length ? 1 : 0;
}
