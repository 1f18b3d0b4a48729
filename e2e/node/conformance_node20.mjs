// Lets the conformance suite load in Node.js 20, which lacks a function that its scenarios for clients import.

import fs from 'node:fs';
import { register } from 'node:module';

const source = text => `data:text/javascript,${encodeURIComponent(text)}`;

if (!fs.globSync) {
  const shim = source("export * from 'node:fs'; export const globSync = undefined;");
  register(source(`export const resolve = (name, context, next) =>
    name === 'fs' ? { url: ${JSON.stringify(shim)}, shortCircuit: true } : next(name, context);`));
}
