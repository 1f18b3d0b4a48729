// Conveniences of the pages, and passkeys. Everything but passkeys works without.
'use strict';
(() => {
  const all = (query, in_ = document) => [...in_.querySelectorAll(query)];
  const one = (query, in_ = document) => in_.querySelector(query);
  const say = (place, text) => {
    if (!place || !text) return;
    place.hidden = false;
    place.textContent = text;
  };

  // A form is sent once; the button that sent it says so.
  const free = () => {
    for (const form of document.forms) delete form.dataset.sent;
    all('[aria-busy]').forEach(button => button.removeAttribute('aria-busy'));
  };
  document.addEventListener('submit', event => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = '1';
    if (event.submitter?.classList.contains('button')) event.submitter.setAttribute('aria-busy', 'true');
    // A request that hangs can be repeated.
    setTimeout(free, 15000);
  });
  // A page that comes back from the history is as new.
  addEventListener('pageshow', free);

  // The first field takes the focus where that brings no keyboard up and nothing was refused.
  if (matchMedia('(pointer: fine)').matches && !one('[role=alert]')) one('[data-focus]')?.focus();

  // Passwords: shown on demand, with a hint at caps lock.
  for (const button of all('[data-reveal]')) {
    const field = document.getElementById(button.dataset.reveal);
    const shown = [button.textContent, button.ariaLabel];
    button.hidden = false;
    button.addEventListener('click', () => {
      const hide = field.type === 'password';
      const { selectionStart, selectionEnd } = field;
      field.type = hide ? 'text' : 'password';
      [button.textContent, button.ariaLabel] = hide ? [button.dataset.hide, button.dataset.hideLabel] : shown;
      field.focus();
      field.setSelectionRange(selectionStart, selectionEnd);
    });
    field.form.addEventListener('submit', () => (field.type = 'password'));
    const hint = one(`[data-caps="${field.id}"]`);
    field.addEventListener('keyup', event => (hint.hidden = !event.getModifierState?.('CapsLock')));
    field.addEventListener('blur', () => (hint.hidden = true));
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
        line.classList.toggle('failed', !met && left && watched.value !== '');
        let word = one('.quiet', line);
        if (!word) {
          word = line.appendChild(document.createElement('span'));
          word.className = 'quiet';
        }
        word.textContent = ` (${met ? rules.dataset.met : rules.dataset.unmet})`;
        return !met;
      });
      clearTimeout(pause);
      pause = setTimeout(() => {
        const text = one('span:not(.quiet)', open[0] ?? rules)?.textContent;
        said.textContent = watched.value === '' ? '' : open.length ? text : rules.dataset.all;
      }, 1200);
    };
    watched.addEventListener('input', () => mark(false));
    watched.addEventListener('blur', () => mark(true));
    mark(false);
  }

  // Another code, once the time is over.
  for (const button of all('[data-wait]')) {
    const text = button.textContent;
    const end = Date.now() + 1000 * button.dataset.wait;
    const tick = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      button.disabled = left > 0;
      const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
      button.textContent = left > 0 ? button.dataset.waiting.replace('{time}', time) : text;
      if (left > 0) setTimeout(tick, 500);
    };
    tick();
  }

  for (const button of navigator.clipboard ? all('[data-copy]') : []) {
    const text = button.textContent;
    button.hidden = false;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      one('[data-copy-said]').textContent = button.textContent = button.dataset.copied;
      setTimeout(() => (button.textContent = text), 3000);
    });
  }

  // Menus close when one goes elsewhere.
  for (const menu of all('details')) {
    document.addEventListener('click', event => menu.contains(event.target) || (menu.open = false));
    menu.addEventListener('keydown', event => {
      if (event.key !== 'Escape') return;
      menu.open = false;
      one('summary', menu).focus();
    });
  }

  // Passkeys.
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
  const text = buffer =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const listed = list => list?.map(entry => ({ ...entry, id: bytes(entry.id) }));
  const json = credential => {
    const { response } = credential;
    const sent = { clientDataJSON: text(response.clientDataJSON) };
    for (const name of ['authenticatorData', 'signature', 'userHandle', 'attestationObject'])
      if (response[name]) sent[name] = text(response[name]);
    if (response.getTransports) sent.transports = response.getTransports();
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: sent,
    });
  };
  let running;
  const ask = async (form, mediation) => {
    running?.abort();
    running = new AbortController();
    const publicKey = JSON.parse(form.dataset.options);
    publicKey.challenge = bytes(publicKey.challenge);
    publicKey.allowCredentials = listed(publicKey.allowCredentials);
    publicKey.excludeCredentials = listed(publicKey.excludeCredentials);
    const wanted = { publicKey, signal: running.signal };
    if (mediation) wanted.mediation = mediation;
    if (form.dataset.passkey === 'create') publicKey.user.id = bytes(publicKey.user.id);
    const made = await navigator.credentials[form.dataset.passkey === 'create' ? 'create' : 'get'](wanted);
    const hidden = (name, value) => {
      const field = form.elements[name] ?? form.appendChild(Object.assign(document.createElement('input'), { type: 'hidden', name }));
      field.value = value;
    };
    hidden('credential', json(made));
    // On the first page the token is in the form of the password.
    hidden('csrf', one('input[name=csrf]').value);
    form.submit();
  };
  const form = one('form[data-passkey]');
  if (!form) return;
  const said = one('[data-passkey-said]');
  const button = one('[data-passkey-for]');
  if (!window.PublicKeyCredential) {
    say(said, said?.dataset.passkeyNone);
    return;
  }
  const start = async event => {
    event.preventDefault();
    said.hidden = true;
    try {
      await ask(form);
    } catch (error) {
      const exists = error.name === 'InvalidStateError' && said.dataset.passkeyExists;
      say(said, exists || said.dataset.passkeySaid);
    }
  };
  if (button) {
    button.hidden = false;
    button.addEventListener('click', start);
    PublicKeyCredential.isConditionalMediationAvailable?.().then(can => can && ask(form, 'conditional')).catch(() => {});
  } else {
    form.addEventListener('submit', start);
  }
})();
