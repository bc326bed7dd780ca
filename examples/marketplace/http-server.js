// A JSON server on 127.0.0.1 in a few lines: exact routes in, `{ status, body }` out. A handler that throws answers 500 and
// the process goes on; a handler that waits can see that its caller has gone away.

import { once } from 'node:events';
import { createServer } from 'node:http';

const MAX_BODY_BYTES = 64 * 1024;

/**
 * @typedef {object} Call
 * @property {readonly string[]} path What the groups of the route's pattern matched.
 * @property {URLSearchParams} query
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {Record<string, unknown>} body The JSON object that was sent; empty when there was none.
 * @property {AbortSignal} gone Aborted when the caller has closed the connection.
 */

/** @typedef {{ status: number, body?: unknown }} Answer */

/** @typedef {{ method: string, path: RegExp, handle: (call: Call) => Answer | Promise<Answer> }} Route */

/**
 * Serves the routes on a port; 0 chooses a free one.
 *
 * @param {readonly Route[]} routes
 * @param {number} port
 * @returns {Promise<number>} the port that it listens on; rejects when the port is taken
 */
export async function serve(routes, port) {
  const server = createServer((request, response) => {
    void respond(routes, request, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/**
 * @param {readonly Route[]} routes
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function respond(routes, request, response) {
  const { status, body } = await answer(routes, request, response).catch((/** @type {unknown} */ error) => ({
    status: 500,
    body: { error: String(error) },
  }));
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? undefined : `${JSON.stringify(body)}\n`);
}

/**
 * @param {readonly Route[]} routes
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @returns {Promise<Answer>}
 */
async function answer(routes, request, response) {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const route = routes.find(({ method, path }) => method === request.method && path.test(url.pathname));
  if (route === undefined) return { status: 404, body: { error: `no ${request.method} ${url.pathname} here` } };

  const body = await readObject(request);
  if (body === undefined) return { status: 400, body: { error: 'the body must be a JSON object of at most 64 KiB' } };

  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const path = route.path.exec(url.pathname)?.slice(1) ?? [];
  return route.handle({ path, query: url.searchParams, headers: request.headers, body, gone: gone.signal });
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @returns {Promise<Record<string, unknown> | undefined>} undefined when it is not a JSON object, or too long
 */
async function readObject(request) {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) return undefined;
  }
  if (text === '') return {};
  try {
    /** @type {unknown} */
    const value = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
