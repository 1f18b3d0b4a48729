// Runs a handler file as a function: node -e RUNNER -- FILE [FUNCTION]. The event comes on standard input; standard
// output has the result alone, and everything that the handler prints goes to standard error.
'use strict';
const { Console } = require('node:console');
const { resolve } = require('node:path');
const { pathToFileURL } = require('node:url');

const [file, name] = process.argv.slice(1);
const begun = Date.now();
const write = process.stdout.write.bind(process.stdout);
globalThis.console = new Console(process.stderr, process.stderr);
process.stdout.write = process.stderr.write.bind(process.stderr);

let over = false;
function end(document, code) {
  if (over) return;
  over = true;
  write(document, () => process.exit(code));
}
function succeed(result) {
  let document;
  try {
    document = JSON.stringify(result === undefined ? null : result);
  } catch (error) {
    return fail(error);
  }
  end(document === undefined ? 'null' : document, 0);
}
function fail(error) {
  const known = error !== null && typeof error === 'object';
  const message = known ? error.message ?? '' : String(error ?? '');
  const type = known ? error.name ?? 'Error' : typeof error;
  if (known && error.stack) process.stderr.write(`${error.stack}\n`);
  end(JSON.stringify({ errorMessage: String(message), errorType: String(type) }), 1);
}
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
// A handler that calls nothing back has no result.
process.on('beforeExit', () => succeed(null));

async function read() {
  const parts = [];
  for await (const part of process.stdin) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

(async () => {
  const event = await read();
  const loaded = await import(pathToFileURL(resolve(file)).href);
  const names = name ? [name] : ['handler'];
  const spaces = [loaded, loaded.default].filter(Boolean);
  const handler = names.flatMap((n) => spaces.map((space) => space[n])).find((f) => typeof f === 'function');
  if (!handler) throw new Error(`${file} exports no function ${names.join(' or ')}`);
  const limit = Number(process.env.FUNCTION_TIMEOUT_MS) || 5000;
  const done = (error, result) => (error === null || error === undefined ? succeed(result) : fail(error));
  const context = {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: process.env.FUNCTION_ARN,
    awsRequestId: process.env.FUNCTION_REQUEST_ID,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, limit - (Date.now() - begun)),
    done,
    succeed,
    fail,
  };
  const returned = handler(event, context, done);
  if (returned && typeof returned.then === 'function') returned.then(succeed, fail);
})().catch(fail);
