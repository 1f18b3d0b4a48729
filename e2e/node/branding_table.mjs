// Where the settings of a style of managed login are seen: for each colour a page, an element and a property of it.

/**
 * `[setting, page, element, property, state]`; `{mode}` stands for light or dark. The element may end in a pseudo-element.
 * States: `hover` and `active` by the mouse, `busy` is a form that is on its way, none is an element at rest.
 */
const part = (base, page, rows) => rows.map(([key, ...row]) => [`${base}${key}`, page, ...row]);
const [background, border, text, ring] = ['backgroundColor', 'borderTopColor', 'color', 'outlineColor'];

const button = (base, page, element, names, states = ['defaults', 'hover', 'active']) =>
  states.flatMap(state =>
    Object.entries(names).map(([key, property]) => [
      `${base}/{mode}/${state}/${key}`, page, element, property, state === 'defaults' ? undefined : state,
    ]),
  );
const GROUND_AND_TEXT = { backgroundColor: background, textColor: text };
const ALL_THREE = { backgroundColor: background, borderColor: border, textColor: text };

export const COLOURS = [
  ...part('/components/', 'sign-in', [
    ['pageBackground/{mode}/color', 'body', background],
    ['form/{mode}/backgroundColor', '.card', background],
    ['form/{mode}/borderColor', '.card', border],
    ['pageText/{mode}/headingColor', 'h1', text],
    ['pageText/{mode}/bodyColor', '.card', text],
    ['pageHeader/{mode}/background/color', '.band-top', background],
    ['pageHeader/{mode}/borderColor', '.band-top', 'borderBottomColor'],
    ['pageFooter/{mode}/background/color', '.band-bottom', background],
    ['pageFooter/{mode}/borderColor', '.band-bottom', border],
  ]),
  ['/components/pageText/{mode}/descriptionColor', 'code', '.lead', text],
  ...part('/componentClasses/', 'sign-in', [
    ['inputLabel/{mode}/textColor', 'label[for="username"]', text],
    ['input/{mode}/defaults/backgroundColor', '.control:has(#password)', background],
    ['input/{mode}/defaults/borderColor', '.control:has(#password)', border],
    ['focusState/{mode}/borderColor', '.control:has(#username)', ring],
    ['link/{mode}/defaults/textColor', '[data-testid="link-sign-up"]', text],
    ['link/{mode}/hover/textColor', '[data-testid="link-sign-up"]', text, 'hover'],
    ['divider/{mode}/borderColor', '.or::before', border],
  ]),
  ...part('/componentClasses/', 'sign-up', [
    ['inputDescription/{mode}/textColor', '#attribute-phone_number-help', text],
    ['input/{mode}/placeholderColor', '#attribute-email::placeholder', text],
    ['statusIndicator/{mode}/pending/indicatorColor', '[data-rule="number"] .ring', text],
  ]),
  ...part('/componentClasses/dropDown/{mode}/', 'menu', [
    ['defaults/itemBackgroundColor', '.languages ul', background],
    ['hover/itemBackgroundColor', '.languages a[lang="fr"]', background, 'hover'],
    ['hover/itemBorderColor', '.languages a[lang="fr"]', border, 'hover'],
    ['hover/itemTextColor', '.languages a[lang="fr"]', text, 'hover'],
    ['match/itemBackgroundColor', '.languages a[aria-current]', background],
    ['match/itemTextColor', '.languages a[aria-current]', text],
  ]),
  ...part('/componentClasses/optionControls/{mode}/', 'choose-mfa', [
    ['defaults/backgroundColor', '.factor', background],
    ['defaults/borderColor', '.factor', border],
    ['selected/backgroundColor', '[data-testid="factor-sms"]', background, 'active'],
    ['selected/foregroundColor', '[data-testid="factor-sms"]', text, 'active'],
  ]),
  ...part('/componentClasses/statusIndicator/{mode}/', 'wrong-code', [
    ['error/backgroundColor', '.wrong-text', background],
    ['error/borderColor', '.control.wrong', border],
    ['error/indicatorColor', '.wrong-text', text],
  ]),
  ...part('/componentClasses/statusIndicator/{mode}/', 'waited', [
    ['warning/backgroundColor', '.alert.warning:not([hidden])', background],
    ['warning/borderColor', '.alert.warning:not([hidden])', border],
    ['warning/indicatorColor', '.alert.warning:not([hidden]) > svg', text],
  ]),
  ...part('/componentClasses/statusIndicator/{mode}/', 'confirmed', [
    ['success/backgroundColor', '.alert.success', background],
    ['success/borderColor', '.alert.success', border],
    ['success/indicatorColor', '.alert.success > svg', text],
  ]),
  ...part('/components/alert/{mode}/error/', 'refused', [
    ['backgroundColor', '.alert.error', background],
    ['borderColor', '.alert.error', border],
  ]),
  ...button('/components/primaryButton', 'sign-in', '[data-testid="submit"]', GROUND_AND_TEXT),
  ...part('/components/primaryButton/{mode}/disabled/', 'sign-in', [
    ['backgroundColor', '[data-testid="submit"]', background, 'busy'],
    ['borderColor', '[data-testid="submit"]', border, 'busy'],
  ]),
  ...button('/components/secondaryButton', 'chooser', '[data-testid="use-another"]', ALL_THREE),
  ...button('/components/idpButton/standard', 'sign-in', '[data-provider="Google"]', ALL_THREE),
];

/** The same colours of one provider's button. */
export const CUSTOM = button('/components/idpButton/custom/CorporateLogin', 'sign-in', '[data-provider="CorporateLogin"]', ALL_THREE);

/** Lengths, which are seen on the same pages. */
export const LENGTHS = [
  ['/components/form/borderRadius', 'sign-in', '.card', 'borderTopLeftRadius', 3],
  ['/componentClasses/input/borderRadius', 'sign-in', '.control', 'borderTopLeftRadius', 4],
  ['/componentClasses/buttons/borderRadius', 'sign-in', '[data-testid="submit"]', 'borderTopLeftRadius', 5],
  ['/componentClasses/dropDown/borderRadius', 'menu', '.languages ul', 'borderTopLeftRadius', 6],
  ['/components/alert/borderRadius', 'refused', '.alert', 'borderTopLeftRadius', 7],
];

/** Colours that are ours where the owner has set none: the service's would be seen badly, or leave the page without depth. */
export const OURS = [
  '/components/pageBackground/{mode}/color',
  '/components/primaryButton/{mode}/disabled/backgroundColor',
  '/components/primaryButton/{mode}/disabled/borderColor',
  '/componentClasses/dropDown/{mode}/match/itemTextColor',
];

/** Stored and shown by the API, without any effect on the page, as at the service. */
export const RESERVED = {
  categories: {
    form: { instructions: { enabled: true }, sessionTimerDisplay: 'STATIC' },
    signUp: { acceptanceElements: [{ enforcement: 'ALWAYS', textKey: 'de' }] },
  },
};

/** Settings with one value at a path. */
export function at(path, value) {
  return path.split('/').slice(1).reduceRight((inner, key) => ({ [key]: inner }), value);
}

/** Lays objects over each other. */
export function merge(...all) {
  const isMap = value => value && typeof value === 'object' && !Array.isArray(value);
  return all.reduce((into, from) => {
    const out = { ...into };
    for (const [key, value] of Object.entries(from)) out[key] = isMap(value) && isMap(out[key]) ? merge(out[key], value) : value;
    return out;
  }, {});
}

/** The paths of all values of a settings document; both modes count as one. */
export function paths(value, path = '') {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [path];
  const entries = Object.entries(value);
  const found = entries.flatMap(([key, inner]) => paths(inner, `${path}/${/^(light|dark)Mode$/.test(key) ? '{mode}' : key}`));
  return entries.length ? [...new Set(found)] : [path];
}

/** Another colour for each number. */
export const colour = number => {
  const mixed = Math.imul(number + 1, 0x9e3779b1) >>> 8;
  return `${mixed.toString(16).padStart(6, '0')}ff`;
};

/** As browsers write a colour of eight hexadecimal digits. */
export function computed(hex) {
  const [red, green, blue, alpha] = hex.match(/../g).map(pair => parseInt(pair, 16));
  return alpha === 255 ? `rgb(${red}, ${green}, ${blue})` : `rgba(${red}, ${green}, ${blue}, ${Number((alpha / 255).toFixed(3))})`;
}
