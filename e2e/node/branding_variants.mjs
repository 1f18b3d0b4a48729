// Settings that are switches, words, orders and images, and what a page says of each.

import { at, merge } from './branding_table.mjs';

const drawing = (width, height) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="${width}" height="${height}"/></svg>`);
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const ICO = Buffer.concat([Buffer.from('00000100010001010000010020002e00000016000000', 'hex'), PNG]);
const image = (Category, ColorMode = 'DYNAMIC', Extension = 'SVG', Bytes = drawing(80, 40), ResourceId = undefined) => ({
  Category, ColorMode, Extension, Bytes, ResourceId,
});

export const IMAGES = [
  image('PAGE_HEADER_LOGO'),
  image('PAGE_FOOTER_LOGO'),
  image('FORM_LOGO', 'LIGHT'),
  image('FORM_LOGO', 'DARK'),
  image('PAGE_BACKGROUND', 'DYNAMIC', 'PNG', PNG),
  image('FORM_BACKGROUND', 'DYNAMIC', 'PNG', PNG),
  image('PAGE_HEADER_BACKGROUND', 'DYNAMIC', 'PNG', PNG),
  image('PAGE_FOOTER_BACKGROUND', 'DYNAMIC', 'PNG', PNG),
  image('EMAIL_GRAPHIC', 'DYNAMIC', 'SVG', drawing(64, 64)),
  image('IDP_BUTTON_ICON', 'DYNAMIC', 'SVG', drawing(20, 20), 'CorporateLogin'),
  image('FAVICON_ICO', 'DYNAMIC', 'ICO', ICO),
  image('FAVICON_SVG', 'DYNAMIC', 'SVG', drawing(16, 16)),
];

/** Runs in the page on which a sign-in begins. */
export function facts() {
  const one = selector => document.querySelector(selector);
  const box = element => element?.getBoundingClientRect();
  const style = element => getComputedStyle(element);
  const card = box(one('.card'));
  /** Where something stands in a line: start, center or end. */
  const place = (inner, outer) => {
    if (!inner || !outer) return null;
    const [before, after] = [inner.left - outer.left, outer.right - inner.right];
    if (Math.abs(before - after) < 12) return 'center';
    return before < after ? 'start' : 'end';
  };
  const logo = (within, selector = ':scope > .logo') => box(one(within)?.querySelector(`${selector} img`));
  const file = element => (element && style(element).backgroundImage.match(/[^/]*(?="\))/)?.[0]) ?? null;
  const [inside, outside] = [logo('.card'), logo('.page')];
  const form = inside ?? outside;
  const heading = box(one('h1'));
  return {
    scheme: style(document.documentElement).colorScheme,
    ground: style(document.body).backgroundColor,
    meta: one('meta[name="color-scheme"]').content,
    horizontal: place(card, { left: 0, right: innerWidth }),
    top: Math.round(card.top - (box(one('.band-top'))?.bottom ?? 0)),
    atBottom: one('.band-bottom, footer').getBoundingClientRect().top - card.bottom < 60,
    step: style(one('form')).rowGap,
    padding: style(one('.card')).paddingTop,
    header: Boolean(one('header.band-top')),
    footer: Boolean(one('footer.band-bottom')),
    headerLogo: place(logo('.band-top'), box(one('.band-top'))),
    footerLogo: place(logo('.band-bottom'), box(one('.band-bottom'))),
    formLogo: !form ? null : [inside ? 'in' : 'out', form.top < heading.top ? 'above' : 'below', place(form, card)],
    shown: [...document.images].every(image => image.complete && image.naturalWidth > 0),
    pageImage: file(document.body),
    formImage: file(one('.card')),
    headerImage: file(one('.band-top')),
    footerImage: file(one('.band-bottom')),
    menu: one('[data-testid="languages"]').closest('.card') ? 'card' : 'foot',
    ways: [...document.querySelectorAll('[data-testid="providers"], [data-testid="sign-in"], [data-testid="domain"]')].map(way => way.dataset.testid),
    providers: [...document.querySelectorAll('[data-provider]')].map(button => button.dataset.provider),
    icons: document.querySelectorAll('[data-provider] :is(svg, img)').length,
    own: one('[data-provider="CorporateLogin"] img')?.getAttribute('src').split('/').pop() ?? null,
    favicons: [...document.querySelectorAll('link[rel="icon"]')].map(link => link.type),
    text: one('main').innerText,
  };
}

/** Runs in the page of an account to be made. */
export function signUpFacts() {
  const field = document.querySelector('[name="requiredAttributes[phone_number]"]');
  const list = field.closest('.control').querySelector('select');
  return { countries: (list?.options.length ?? 0) > 200, label: Boolean(list?.labels.length || list?.ariaLabel) };
}

/** Runs in the page of a code by e-mail. */
export function codeFacts() {
  return {
    graphic: Boolean(document.querySelector('[data-testid="graphic"] img')?.naturalWidth),
    tile: Boolean(document.querySelector('.app .tile svg')),
  };
}

const LIGHT_GROUND = 'rgb(244, 245, 247)';
const DARK_GROUND = 'rgb(8, 17, 32)';
const bands = value => ({ pageHeader: value, pageFooter: value });
const form = value => ({ components: { form: value } });
const logo = value => form({ logo: value });
const auth = value => ({ categories: { auth: value } });
const place = (horizontal, vertical) => at('/categories/form/location', { horizontal, vertical });

/** Each changes the style further. `before` is what the page says before the change. */
export const VARIANTS = [
  {
    name: 'a light page',
    settings: at('/categories/global/colorSchemeMode', 'LIGHT'),
    before: { scheme: 'light dark', meta: 'light dark' },
    after: { scheme: 'light', meta: 'light', ground: LIGHT_GROUND },
  },
  {
    name: 'a dark page',
    settings: at('/categories/global/colorSchemeMode', 'DARK'),
    before: { ground: LIGHT_GROUND },
    after: { scheme: 'dark', meta: 'dark', ground: DARK_GROUND },
  },
  {
    name: 'as the browser prefers',
    settings: at('/categories/global/colorSchemeMode', 'DYNAMIC'),
    after: { scheme: 'light dark', meta: 'light dark', ground: LIGHT_GROUND },
  },
  {
    name: 'a compact page',
    settings: at('/categories/global/spacingDensity', 'COMPACT'),
    before: { step: '20px', padding: '32px' },
    after: { step: '15px', padding: '24px' },
  },
  {
    name: 'the card at the start and on top',
    settings: place('START', 'TOP'),
    before: { horizontal: 'center', top: 126 },
    after: { horizontal: 'start', top: 40 },
  },
  {
    name: 'the card at the end and at the bottom',
    settings: place('END', 'BOTTOM'),
    before: { atBottom: false },
    after: { horizontal: 'end', atBottom: true },
  },
  { name: 'the card in the middle', settings: place('CENTER', 'CENTER'), after: { horizontal: 'center', top: 126 } },
  {
    name: 'logos of the bands',
    settings: { components: bands({ logo: { enabled: true } }) },
    before: { headerLogo: null, footerLogo: null },
    after: { headerLogo: 'start', footerLogo: 'start', shown: true },
  },
  {
    name: 'logos of the bands at the end, and in the middle',
    settings: { components: { pageHeader: { logo: { location: 'END' } }, pageFooter: { logo: { location: 'CENTER' } } } },
    after: { headerLogo: 'end', footerLogo: 'center' },
  },
  {
    name: 'pictures of the bands and of the card, and none of the page',
    settings: {
      components: {
        ...bands({ backgroundImage: { enabled: true } }),
        form: { backgroundImage: { enabled: true } },
        pageBackground: { image: { enabled: false } },
      },
    },
    before: { pageImage: 'page-background.dynamic.png', formImage: null, headerImage: null, footerImage: null },
    after: {
      pageImage: null, formImage: 'form-background.dynamic.png',
      headerImage: 'page-header-background.dynamic.png', footerImage: 'page-footer-background.dynamic.png',
    },
  },
  {
    name: 'no bands',
    settings: { categories: { global: bands({ enabled: false }) } },
    before: { header: true, footer: true },
    after: { header: false, footer: false, headerLogo: null, footerLogo: null },
  },
  {
    name: 'the logo of the card',
    settings: logo({ enabled: true }),
    before: { formLogo: null },
    after: { formLogo: ['in', 'above', 'center'], shown: true },
  },
  {
    name: 'the logo below, at the start',
    settings: logo({ position: 'BOTTOM', location: 'START' }),
    after: { formLogo: ['in', 'below', 'start'] },
  },
  {
    name: 'the logo outside of the card, at the end',
    settings: logo({ formInclusion: 'OUT', position: 'TOP', location: 'END' }),
    after: { formLogo: ['out', 'above', 'end'] },
  },
  {
    name: 'the menu of languages in the card',
    settings: at('/categories/form/languageSelector/enabled', true),
    before: { menu: 'foot' },
    after: { menu: 'card' },
  },
  {
    name: 'the pool before its providers',
    settings: auth({
      authMethodOrder: [[{ display: 'INPUT', type: 'USERNAME_PASSWORD' }, { display: 'BUTTON', type: 'FEDERATED' }]],
    }),
    before: { ways: ['providers', 'sign-in'] },
    after: { ways: ['sign-in', 'providers'] },
  },
  {
    name: 'the order of providers',
    settings: auth({ federation: { order: ['Google', 'CorporateLogin'] } }),
    after: { providers: ['Google', 'CorporateLogin'] },
  },
  {
    name: 'the other order of providers',
    settings: auth({ federation: { order: ['CorporateLogin', 'Google'] } }),
    after: { providers: ['CorporateLogin', 'Google'] },
  },
  {
    name: 'no icons of providers',
    settings: at('/componentClasses/idpButtons/icons/enabled', false),
    before: { icons: 2, own: `idp-button-icon.dynamic.${Buffer.from('CorporateLogin').toString('hex')}.svg` },
    after: { icons: 0, own: null },
  },
  {
    name: 'a search for the provider',
    settings: auth({ federation: { interfaceStyle: 'DOMAIN_INPUT' } }),
    after: { ways: ['sign-in', 'providers', 'domain'], providers: ['Google'] },
  },
  {
    name: 'one kind of icon for the tab',
    settings: at('/components/favicon/enabledTypes', ['SVG']),
    before: { favicons: ['image/x-icon', 'image/svg+xml'] },
    after: { favicons: ['image/svg+xml'] },
  },
  {
    name: 'a list of countries',
    at: 'sign-up',
    settings: at('/components/phoneNumberSelector/displayType', 'COUNTRY_LIST'),
    before: { countries: false, label: false },
    after: { countries: true, label: true },
  },
  {
    name: 'no pictures of steps',
    at: 'code',
    settings: merge(at('/categories/form/displayGraphics', false), logo({ enabled: false })),
    before: { graphic: true },
    after: { graphic: false, tile: false },
  },
];
