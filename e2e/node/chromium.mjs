// Chromium, and its virtual authenticators for the sessions about passkeys.

import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { chromium } from 'playwright-core';

/** The relying party of the page. */
export const RP = 'localhost';
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A browser of its own for a session. */
export async function launchBrowser() {
  const executablePath = BROWSERS.find(path => existsSync(path));
  if (!executablePath) throw new Error(`no Chromium among ${BROWSERS.join(', ')}`);
  // What runs the tests may be root, for whom Chromium has no sandbox.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/**
 * Keeps a picture of the whole page.
 *
 * Now and then a busy Chromium has no frame to take and says so, while it takes the same picture a moment later
 * (MarketSquare/robotframework-browser#5237). It is asked again for that answer alone.
 */
export async function photograph(page, path) {
  for (let left = 5; ; left -= 1) {
    try {
      await page.screenshot({ path, fullPage: true, animations: 'disabled' });
      return;
    } catch (error) {
      if (left === 0 || !error.message.includes('Unable to capture screenshot')) throw error;
      await new Promise(later => setTimeout(later, 250));
    }
  }
}

/**
 * A page on localhost in a browser of its own, with these scripts.
 *
 * It comes without TLS, which browsers and development servers accept from `localhost`.
 */
export async function openPage(...scripts) {
  const content = ['<!doctype html><title>passkeys</title>', ...scripts.map((_, n) => `<script src="/${n}.js"></script>`)].join('');
  const server = createServer(({ url }, answer) => {
    const script = scripts[url.match(/^\/(\d+)\.js$/)?.[1]];
    answer.setHeader('Content-Type', script === undefined ? 'text/html' : 'text/javascript').end(script ?? content);
  });
  await new Promise(listening => server.listen(0, 'localhost', listening));
  const browser = await launchBrowser();
  const page = await browser.newPage();
  await page.goto(`http://localhost:${server.address().port}/`);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  return {
    page,
    devtools,
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

/** A virtual authenticator that knows its user; the one before is taken away. */
export async function authenticator(devtools, previous, options) {
  if (previous) await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: previous });
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...options,
    },
  });
  return authenticatorId;
}

/** Lets an authenticator answer by itself what it is asked, or wait as for somebody's touch. */
export const touches = (devtools, authenticatorId, enabled) =>
  devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });

/** A pool in which passkeys are a first factor, and a client for USER_AUTH. */
export async function passkeyPool(admin) {
  const made = await admin.send(
    new idp.CreateUserPoolCommand({
      PoolName: 'passkeys',
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'WEB_AUTHN'] } },
    }),
  );
  const id = made.UserPool.Id;
  await admin.send(
    new idp.SetUserPoolMfaConfigCommand({
      UserPoolId: id,
      MfaConfiguration: 'OFF',
      WebAuthnConfiguration: { RelyingPartyId: RP, UserVerification: 'required' },
    }),
  );
  const client = await admin.send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId: id,
      ClientName: 'page',
      ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  );
  return { id, clientId: client.UserPoolClient.ClientId };
}
