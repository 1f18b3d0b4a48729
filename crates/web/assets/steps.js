// What a few pages of managed login have beyond the rest. Both work without.
'use strict';
(() => {
  // Countries have names where the browser knows them; its own is chosen for a number that is still to be typed.
  const countries = document.querySelector('[data-countries]');
  if (countries && Intl.DisplayNames) {
    const { lang } = document.documentElement;
    const names = new Intl.DisplayNames(lang, { type: 'region' });
    const [none, ...rest] = countries.options;
    for (const option of rest) option.text = names.of(option.value) + option.text.slice(2);
    rest.sort((a, b) => a.text.localeCompare(b.text, lang));
    countries.replaceChildren(none, ...rest);
    const own = navigator.language.slice(-2);
    const typed = document.getElementById(countries.dataset.countries).value;
    countries.value = !typed && rest.some(option => option.value === own) ? own : '';
  }

  // A sign-in says a minute before its end that it ends, and then that it has.
  const soon = document.querySelector('[data-ends]');
  if (soon) {
    const left = 1000 * soon.dataset.ends;
    setTimeout(() => (soon.hidden = false), Math.max(0, left - 60000));
    setTimeout(() => location.replace(location.href), left + 1000);
  }
})();
