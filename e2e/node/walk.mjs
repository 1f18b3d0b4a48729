// A person who walks through managed login, and looks at each page: at its pictures, and by axe-core.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { photograph } from './chromium.mjs';
import { query } from './pages.mjs';
import { ENDPOINT, check } from './support.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 800 };
const FOLDER = process.env.E2E_OUTPUT ?? 'target/e2e';
const RIGHT_TO_LEFT = ['ar', 'he'];

/** Which pictures are taken of a page: scheme, window, and whether axe-core looks at it. */
const LOOKS = {
  all: [['light', DESK, true], ['dark', DESK, false], ['dark', PHONE, true], ['light', PHONE, false]],
  some: [['light', DESK, true], ['dark', PHONE, false]],
};

/** An endpoint by the name of this machine: a passkey needs one, and takes no number. */
export const named = endpoint => endpoint.replace('127.0.0.1', 'localhost');
export const SITE = named(ENDPOINT);

/** The page on which a sign-in begins, or another one that takes the same parameters. */
export const at = (walk, pool, app, path = '/oauth2/authorize', site = SITE) =>
  `${site}${path}?${query(pool, app, { lang: walk.language, state: 'of the walk' })}`;

export class Walk {
  #number = 0;
  #devtools;

  /** `language` is asked for by the parameter `lang`; `scripts` tells whether the browser runs those of the page. */
  constructor(page, part, { language, scripts, looks = 'some' }) {
    this.page = page;
    this.part = part;
    this.language = language;
    this.scripts = scripts;
    this.looks = LOOKS[looks];
    this.name = `${language}, ${scripts ? 'scripts' : 'no scripts'}`;
    this.folder = join(FOLDER, 'walk', `${language}-${scripts ? 'scripts' : 'plain'}`);
    mkdirSync(this.folder, { recursive: true });
    this.complaints = [];
    page.on('console', message => {
      // What a page does not find or may not do is told here; a refused form is an answer like any other.
      const passedOver = /status of (40[03]|501)/.test(message.text()) || message.location().url.endsWith('/favicon.ico');
      if (message.type() === 'error' && !passedOver) this.complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', error => this.complaints.push(`${page.url()}: ${error}`));
  }

  /** Waits for a page and looks at it; `state` says what is special about it. */
  async see(id, state = '') {
    await this.page.locator(`[data-testid="page-${id}"]`).waitFor();
    const what = `${this.name}: ${id}${state && `, ${state}`}`;
    this.#number += 1;
    const { lang, dir } = await this.page.locator('html').evaluate(node => ({ lang: node.lang, dir: node.dir }));
    check(`${what}: language and direction`, [lang, dir], [this.language, RIGHT_TO_LEFT.includes(this.language) ? 'rtl' : 'ltr']);
    check(`${what}: one main button at most`, (await this.page.locator('.button.main').locator('visible=true').count()) <= 1, true);
    const found = [];
    const grounds = new Set();
    for (const [scheme, window, examined] of this.looks) {
      await this.page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await this.page.setViewportSize(window);
      const file = `${this.part}-${String(this.#number).padStart(2, '0')}-${id}${state && `-${state.replaceAll(' ', '-')}`}-${scheme}-${window.width}.png`;
      await photograph(this.page, join(this.folder, file));
      grounds.add(`${scheme} ${await this.page.evaluate(() => getComputedStyle(document.querySelector('.card') ?? document.body).backgroundColor)}`);
      const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) found.push(`${scheme} ${window.width}: ${wide} pixels too wide`);
      if (examined) found.push(...(await this.examined(`${scheme} ${window.width}`)));
    }
    const colours = [...grounds].map(ground => ground.replace(/^\w+ /, ''));
    if (new Set(colours).size < 2 && id !== 'error') found.push(`light and dark are alike: ${colours}`);
    check(`${what}: nothing to complain of`, found, []);
  }

  /** What axe-core finds on the page. */
  async examined(where) {
    // axe-core needs timers. The page's own scripts were passed over when it was read, and stay so.
    await this.#allowScripts(true);
    // By the protocol of the developer tools: the page's policy lets no script in.
    await this.page.evaluate(AXE);
    const { violations } = await this.page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
    await this.#allowScripts(false);
    return violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  }

  async #allowScripts(allowed) {
    if (this.scripts) return;
    // By a session of our own: only the one that forbids scripts can allow them again.
    this.#devtools ??= await this.page.context().newCDPSession(this.page);
    await this.#devtools.send('Emulation.setScriptExecutionDisabled', { value: !allowed });
  }

  /** Must be called before the first page. */
  begin() {
    return this.#allowScripts(false);
  }

  /** Fills in fields by their names. */
  async fill(values) {
    for (const [name, value] of Object.entries(values)) {
      await this.page.locator(`main input[name="${name}"]:visible`).fill(value);
    }
  }

  /** Fills in fields and sends the form. */
  async send(values, { twice = false } = {}) {
    await this.fill(values);
    const button = this.page.locator('[data-testid="submit"]');
    await (twice ? button.dblclick() : button.click());
  }

  /**
   * Sends a step by a double click, which has one effect. With scripts the form goes out once. Without, the browser drops
   * the first answer, and the second one may say that the step is over: then `again` must lead to the application.
   */
  async sendTwice(values, what, app, again) {
    await this.page.evaluate(() => {
      document.documentElement.dataset.old = 'yes';
    });
    await this.send(values, { twice: true });
    if (!this.scripts) {
      await this.page.locator('html:not([data-old])').waitFor();
      await this.page.waitForLoadState();
      if (!this.page.url().startsWith(app.callback)) await again();
    }
    await this.arrived(what, app);
  }

  /** Presses a button or follows a link by its test id. */
  press(id) {
    return this.page.locator(`[data-testid="${id}"]:visible`).click();
  }

  /** Waits for the text of a refusal, or of a `warning`, which must be there in words. */
  async refused(kind = 'error') {
    const told = this.page.locator(`[data-testid="${kind}"]`);
    await told.waitFor();
    const text = (await told.innerText()).trim();
    check(`${this.name}: the refusal has words`, text.length > 5, true);
    return text;
  }

  /** Waits until the application has a code. */
  async arrived(what, app) {
    const there = () => this.page.waitForURL(url => url.href.startsWith(app.callback));
    // The second of two clicks ends the navigation of the first.
    await there().catch(there);
    check(`${this.name}: ${what}: the application has a code`, new URL(this.page.url()).searchParams.get('code')?.length, 36);
  }
}
