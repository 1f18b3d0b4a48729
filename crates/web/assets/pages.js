// Conveniences of the pages, and passkeys. Everything but passkeys works without.
'use strict';
(() => {
  const all = (query, within = document) => [...within.querySelectorAll(query)];
  const on = (target, name, run) => target.addEventListener(name, run);
  const one = (query, within = document) => within.querySelector(query);

  // A form is sent once; the button that sent it says so.
  const free = () => {
    for (const form of document.forms) delete form.dataset.sent;
    all('[aria-busy]').forEach(button => Object.assign(button, { ariaBusy: null, ariaDescription: null }));
  };
  on(document, 'submit', event => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 1;
    const { submitter } = event;
    if (submitter?.dataset.busy) Object.assign(submitter, { ariaBusy: 'true', ariaDescription: submitter.dataset.busy });
    // A request that hangs can be repeated.
    setTimeout(free, 15000);
  });
  // A page that comes back from the history is as new.
  on(window, 'pageshow', free);

  // The first field takes the focus where that brings no keyboard up and nothing was refused.
  if (matchMedia('(pointer: fine)').matches && !one('[role=alert]')) one('[data-focus]')?.focus();

  // Passwords: shown on demand, with a hint at caps lock.
  for (const button of all('[data-reveal]')) {
    const field = document.getElementById(button.dataset.reveal);
    const shown = [button.value, button.ariaLabel];
    button.hidden = false;
    on(button, 'click', () => {
      const hide = field.type === 'password';
      const { selectionStart, selectionEnd } = field;
      field.type = hide ? 'text' : 'password';
      [button.value, button.ariaLabel] = hide ? [button.dataset.hide, button.dataset.hideLabel] : shown;
      field.focus();
      field.setSelectionRange(selectionStart, selectionEnd);
    });
    on(field.form, 'submit', () => (field.type = 'password'));
    const hint = one(`[data-caps="${field.id}"]`);
    on(field, 'keyup', event => (hint.hidden = !event.getModifierState?.('CapsLock')));
    on(field, 'blur', () => (hint.hidden = true));
  }

  // Rules for passwords, marked while one types. The server judges.
  const rules = one('[data-rules]');
  const watched = rules && one('[aria-describedby~=password-rules]');
  if (watched) {
    const tests = {
      length: (text, least) => [...text].length >= least,
      lower: text => /[a-z]/.test(text),
      upper: text => /[A-Z]/.test(text),
      number: text => /[0-9]/.test(text),
      symbol: text => /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]|\S \S/.test(text),
    };
    const said = one('[data-rules-said]', rules);
    let pause;
    const mark = left => {
      const open = all('[data-rule]', rules).filter(line => {
        const met = tests[line.dataset.rule](watched.value, Number(line.dataset.least));
        line.classList.toggle('met', met);
        line.classList.toggle('failed', !met && left && !!watched.value);
        one('.quiet', line).textContent = ` (${met ? rules.dataset.met : rules.dataset.unmet})`;
        return !met;
      });
      clearTimeout(pause);
      pause = setTimeout(() => {
        const first = open[0] ? one('span', open[0]).textContent : rules.dataset.all;
        said.textContent = watched.value && first;
      }, 1200);
    };
    on(watched, 'input', () => mark(false));
    on(watched, 'blur', () => mark(true));
    mark(false);
  }

  // Another code, once the time is over.
  for (const button of all('[data-wait]')) {
    const text = button.textContent;
    const end = Date.now() + 1000 * button.dataset.wait;
    const tick = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      button.disabled = left > 0;
      const time = new Date(1000 * left).toISOString().slice(15, 19);
      button.textContent = left > 0 ? button.dataset.waiting.replace('{time}', time) : text;
      if (left > 0) setTimeout(tick, 500);
    };
    tick();
  }

  for (const button of navigator.clipboard ? all('[data-copy]') : []) {
    const text = button.value;
    button.hidden = false;
    on(button, 'click', async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      one('[data-copy-said]').textContent = button.value = button.dataset.copied;
      setTimeout(() => (button.value = text), 3000);
    });
  }

  // Menus close when one goes elsewhere.
  const close = event => all('details').forEach(menu => (menu.open &&= event.key !== 'Escape' && menu.contains(event.target)));
  on(document, 'click', close);
  on(document, 'keydown', event => event.key === 'Escape' && close(event));

  // Passkeys.
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
  const text = buffer =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/[+/=]/g, c => ({ '+': '-', '/': '_' })[c] ?? '');
  const json = credential => {
    const { id, rawId, type, response } = credential;
    const sent = { transports: response.getTransports?.() };
    for (const name of ['clientDataJSON', 'authenticatorData', 'signature', 'userHandle', 'attestationObject'])
      if (response[name]) sent[name] = text(response[name]);
    return JSON.stringify({
      id,
      rawId: text(rawId),
      type,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: sent,
    });
  };
  const form = one('form[data-passkey]');
  if (!form) return;
  let running;
  const ask = async mediation => {
    running?.abort();
    const { signal } = (running = new AbortController());
    const publicKey = JSON.parse(form.dataset.options);
    publicKey.challenge = bytes(publicKey.challenge);
    for (const list of ['allowCredentials', 'excludeCredentials'])
      publicKey[list] = publicKey[list]?.map(entry => ({ ...entry, id: bytes(entry.id) }));
    const create = publicKey.user;
    if (create) create.id = bytes(create.id);
    const made = await navigator.credentials[create ? 'create' : 'get']({ publicKey, signal, mediation });
    // On the first page the token is in the form of the password.
    for (const [name, value] of [['credential', json(made)], ['csrf', one('[name=csrf]').value]]) {
      const field = form.elements[name] ?? form.appendChild(document.createElement('input'));
      Object.assign(field, { type: 'hidden', name, value });
    }
    form.submit();
  };
  const said = one('[data-passkey-said]');
  const button = one('[data-passkey-for]');
  const say = text => Object.assign(said, { hidden: !text, textContent: text });
  if (!window.PublicKeyCredential) return say(said.dataset.passkeyNone);
  // In the list of names that the browser opens at a field which asks for it.
  const offer = async () => {
    const before = running;
    const can = one('[autocomplete~=webauthn]') && (await PublicKeyCredential.isConditionalMediationAvailable?.());
    if (can && before === running) ask('conditional').catch(() => {});
  };
  const start = async event => {
    event.preventDefault();
    say();
    try {
      await ask();
    } catch (error) {
      // Another press has taken its place.
      if (error.name === 'AbortError') return;
      say((error.name === 'InvalidStateError' && said.dataset.passkeyExists) || said.dataset.passkeySaid);
      offer();
    }
  };
  if (button) {
    button.hidden = false;
    on(button, 'click', start);
    offer();
  } else {
    on(form, 'submit', start);
  }
})();
