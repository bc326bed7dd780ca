// The pre-flight check between a person who starts a run and its first order.

import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../support/cluster.ts';
import { ask, auditRows, writeLoadDocument } from '../support/cluster-calls.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { eventually } from '../support/victims.ts';

const SECRET = 'a secret of some length';

interface Board {
  readonly url: string;
  readonly questions: { readonly body: string; readonly signature: string }[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

async function startBoard(answer: (response: ServerResponse) => void): Promise<Board> {
  const questions: Board['questions'] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      questions.push({ body, signature: String(request.headers['roulette-signature']) });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/check`,
    questions,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function reply(value: unknown): (response: ServerResponse) => void {
  return (response) => void response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
}

async function startAsking(board: Board, timeout = '5s'): Promise<Cluster> {
  const secret = path.join(makeTemporaryDirectory(), 'secret');
  writeFileSync(secret, SECRET);
  const cluster = await startCluster({ preflight: [{ name: 'board', url: board.url, secret, timeout }] });
  await cluster.startAgent('web-a', { labels: { role: 'web' } });
  return cluster;
}

describe('an endpoint that is asked before a start', () => {
  it('gets the targets and the digest, signed, and lets the run through', async () => {
    await using board = await startBoard(reply({ allow: true }));
    await using cluster = await startAsking(board);

    const { exit } = await ask(cluster, 'run', writeLoadDocument(cluster), '--seed', 's', '--yes', '--as', 'ana');
    const actions = (await auditRows(cluster)).map(({ action }) => action);

    const [question] = board.questions;
    const [time, mac] = (question?.signature ?? '').split(',').map((part) => part.split('=')[1] ?? '');
    expect(exit).toBe(0);
    expect(board.questions).toHaveLength(1);
    expect(JSON.parse(question?.body ?? '')).toMatchObject({
      kind: 'Preflight',
      experiment: 'load',
      requestedBy: 'ana',
      planDigest: expect.stringMatching(/^[0-9a-f]{64}$/u),
      targets: [{ slot: 'smoke/1/1', fault: 'cpu-load', nodes: ['web-a'], standby: [] }],
    });
    expect(mac).toBe(createHmac('sha256', SECRET).update(`${time}.${question?.body}`).digest('hex'));
    expect(actions.indexOf('preflight.answered')).toBeGreaterThan(actions.indexOf('run.prepared'));
    expect(actions.indexOf('preflight.answered')).toBeLessThan(actions.indexOf('run.started'));
  });

  it.each([
    ['vetoes', reply({ allow: false, reason: 'not in the week of the sale' }), 'board: not in the week of the sale'],
    ['does not answer in time', () => undefined, 'board: gives no answer within 1s'],
  ])('that %s keeps the run from starting, which can be tried again', async (_how, answer, why) => {
    await using board = await startBoard(answer);
    await using cluster = await startAsking(board, '1s');

    const { out: id } = await ask(cluster, 'prepare', writeLoadDocument(cluster), '--yes', '--as', 'ana');
    const { exit, err } = await ask(cluster, 'start', id, '--yes', '--as', 'ana');
    await ask(cluster, 'start', id, '--yes', '--as', 'ana');
    const rows = (await auditRows(cluster)).filter(({ runId }) => runId === id);

    expect(exit).toBe(4);
    expect(err).toContain(`vetoed: ${why}`);
    expect(err).toContain('(PREFLIGHT_VETO)');
    expect(rows.map(({ action }) => action)).toEqual(['run.prepared', 'preflight.answered', 'preflight.answered']);
  });

  it('is waited for no longer when the run is withdrawn, and the run is never started', async () => {
    await using board = await startBoard(() => undefined);
    await using cluster = await startAsking(board, '60s');
    const { out: id } = await ask(cluster, 'prepare', writeLoadDocument(cluster), '--yes', '--as', 'ana');

    const starting = ask(cluster, 'start', id, '--yes', '--as', 'ana');
    await eventually('the endpoint is asked', () => board.questions.length === 1);
    const second = await ask(cluster, 'start', id, '--yes', '--as', 'ben');
    const halted = await ask(cluster, 'halt', id, '--reason', 'enough', '--as', 'ben');
    const { exit, err } = await starting;
    const rows = (await auditRows(cluster)).filter(({ runId }) => runId === id);

    expect(second.err).toContain('(RUN_STARTED)');
    expect(halted.exit).toBe(0);
    expect(exit).toBe(4);
    expect(err).toMatch(/\((?:PREFLIGHT_VETO|RUN_ENDED)\)/u);
    expect(rows.map(({ action }) => action)).not.toContain('run.started');
    expect(rows.at(-1)?.action).toBe('run.ended');
  });
});
