import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import dns from 'node:dns';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PreflightRequest, PreflightVerdict } from '../../coordinator/core/preflight.ts';
import { askPreflight } from '../../coordinator/services/preflight.ts';
import { canonicalJson } from '../../shared/canonical.ts';
import { systemClock, type Clock } from '../../shared/clock.ts';
import { nodeId } from '../../shared/domain/ids.ts';
import { packageRoot } from '../../shared/package-root.ts';
import type { PreflightEndpoint } from '../../shared/schema/config.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { buildPlan, buildPreflight, buildSlot } from '../support/preflight-builders.ts';
import { SELF_SIGNED } from '../support/self-signed.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { eventually } from '../support/victims.ts';

const SECRET = 'a secret of tests';
const CONSENT = '{"allow":true}';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Board {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** Of connections that are open. */
  readonly connections: () => Promise<number>;
}

/** An endpoint that answers once it has read the question. */
async function startBoard(answer: (response: ServerResponse, request: IncomingMessage) => void): Promise<Board> {
  const { asked, listener } = recordQuestions(answer);
  const server = createServer(listener);
  onTestFinished(() => server.closeAllConnections());
  return { url: `http://${await listen(server)}/ask?team=a`, asked, connections: () => countConnections(server) };
}

function recordQuestions(answer: (response: ServerResponse, request: IncomingMessage) => void): {
  readonly asked: Asked[];
  readonly listener: RequestListener;
} {
  const asked: Asked[] = [];
  return {
    asked,
    listener: (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        asked.push({ method, path: url, headers, body: Buffer.concat(chunks).toString() });
        answer(response, request);
      });
    },
  };
}

/** An endpoint that does with each connection as it likes. */
async function startRaw(connected: (socket: net.Socket) => void): Promise<Omit<Board, 'asked'>> {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    connected(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { url: `http://${await listen(server)}/`, connections: () => countConnections(server) };
}

async function listen(server: net.Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

async function countConnections(server: net.Server): Promise<number> {
  return new Promise((resolve) => {
    server.getConnections((_, count) => resolve(count));
  });
}

/** In the place of the resolver of the system, until the test is over. */
function resolveEveryName(addresses: readonly string[]): void {
  const { lookup } = dns;
  onTestFinished(() => {
    dns.lookup = lookup;
  });
  const answer = addresses.map((address) => ({ address, family: 4 }));
  const fake = (_: string, __: object, callback: (error: null, found: typeof answer) => void): void => {
    process.nextTick(callback, null, answer);
  };
  dns.lookup = Object.assign(fake, { __promisify__: lookup.__promisify__ }) as typeof lookup;
}

function agree(response: ServerResponse): void {
  response.end(CONSENT);
}

function writeSecret(content: string = SECRET): string {
  const file = path.join(makeTemporaryDirectory(), 'preflight.key');
  writeFileSync(file, content);
  return file;
}

function buildEndpoint(url: string, changes: Partial<PreflightEndpoint> = {}): PreflightEndpoint {
  return { name: 'board', url, secretFile: writeSecret(), timeoutMs: 5000, ...changes };
}

interface Asking {
  readonly request?: PreflightRequest;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/** By a clock that stands still unless it is moved: no time limit strikes by chance. */
async function ask(endpoints: readonly PreflightEndpoint[], asking: Asking = {}): Promise<PreflightVerdict> {
  const { request = buildPreflight(), clock = createManualClock(), signal = new AbortController().signal } = asking;
  return askPreflight(request, { endpoints, clock, signal });
}

async function reasonsOf(url: string, changes: Partial<PreflightEndpoint> = {}): Promise<string[]> {
  return vetoesOf(await ask([buildEndpoint(url, changes)])).map(([, reason]) => reason);
}

function vetoesOf(verdict: PreflightVerdict): [string, string][] {
  return verdict.allowed ? [] : verdict.vetoes.map(({ endpoint, reason }) => [endpoint, reason]);
}

function sign(secret: string, at: string, body: string): string {
  return createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
}

/** The time in the signature, if it is that of this secret over this body; else null. */
function signedAt({ headers, body }: Asked, secret: string = SECRET): number | null {
  const { t = '', v1 } =
    /^t=(?<t>\d+),v1=(?<v1>[\da-f]{64})$/u.exec(String(headers['roulette-signature']))?.groups ?? {};
  return v1 === sign(secret, t, body) ? Number(t) : null;
}

describe('a question', () => {
  it('is the canonical JSON of what it is about', async () => {
    const board = await startBoard(agree);
    const request = buildPreflight({ owner: 'ana' });

    const verdict = await ask([buildEndpoint(board.url)], { request });

    expect(verdict).toMatchObject({ allowed: true, answers: [{ endpoint: 'board', allow: true }] });
    expect(board.asked).toMatchObject([
      {
        method: 'POST',
        path: '/ask?team=a',
        headers: { 'content-type': 'application/json', 'user-agent': 'roulette-coordinator' },
        body: canonicalJson(request),
      },
    ]);
  });

  it('is signed with the time and the secret of its endpoint', async () => {
    const board = await startBoard(agree);
    const clock = createManualClock();
    clock.setWall(1_800_000_000_999);

    await ask([buildEndpoint(board.url)], { clock });

    expect(board.asked.map((asked) => signedAt(asked))).toEqual([1_800_000_000]);
    expect(board.asked.map((asked) => signedAt(asked, 'another secret..'))).toEqual([null]);
  });

  it('no longer verifies when a byte of it is altered', async () => {
    const board = await startBoard(agree);
    await ask([buildEndpoint(board.url)]);

    const altered = board.asked.map((asked) => ({ ...asked, body: asked.body.replace('orders-1', 'orders-2') }));

    expect(altered.map((asked) => signedAt(asked))).toEqual([null]);
  });

  it('has an id of its own, which is told with the answer', async () => {
    const board = await startBoard(agree);

    const verdict = await ask([buildEndpoint(board.url), buildEndpoint(board.url, { name: 'again' })]);

    const delivered = board.asked.map(({ headers }) => headers['roulette-delivery']);
    expect(new Set(delivered).size).toBe(2);
    expect(new Set(verdict.answers.map(({ delivery }) => delivery))).toEqual(new Set(delivered));
  });

  it('may have 100,000 targets', async () => {
    const board = await startBoard(agree);
    const slots = Array.from({ length: 100_000 }, (_, index) => buildSlot(index + 1));
    const standby = Object.fromEntries(slots.map(({ id }) => [id, [nodeId('orders-a'), nodeId('orders-b')]]));
    const request = buildPreflight({}, buildPlan(slots, standby));

    const verdict = await ask([buildEndpoint(board.url)], { request });

    expect(verdict.allowed).toBe(true);
    expect(board.asked.map((asked) => signedAt(asked))).not.toContain(null);
    expect(board.asked[0]?.body.match(/"slot":/gu)).toHaveLength(100_000);
  });

  it('is put to nobody when nobody is configured', async () => {
    const verdict = await ask([]);

    expect(verdict).toEqual({ allowed: true, answers: [] });
  });
});

const USELESS: [string, (file: string) => void, string][] = [
  ['is not there', () => undefined, "ENOENT: no such file or directory, open 'FILE'"],
  ['is too short', (file) => writeFileSync(file, 'fifteen bytes..\n'), 'FILE has fewer than 16 bytes'],
  ['is too large', (file) => writeFileSync(file, 'x'.repeat(4097)), 'FILE is larger than 4096 bytes'],
  ['is a folder', (file) => mkdirSync(file), 'FILE is not a regular file'],
  ['is a fifo that nobody writes to', (file) => void execFileSync('mkfifo', [file]), 'FILE is not a regular file'],
];

describe('a secret', () => {
  it('can be replaced at any time', async () => {
    const board = await startBoard(agree);
    const endpoint = buildEndpoint(board.url);
    await ask([endpoint]);

    writeFileSync(endpoint.secretFile, 'the secret that comes next');
    await ask([endpoint]);

    expect(signedAt(board.asked[1] as Asked, 'the secret that comes next')).not.toBeNull();
  });

  it('has no line feed at its end, but one that is its own', async () => {
    const board = await startBoard(agree);

    await ask([buildEndpoint(board.url, { secretFile: writeSecret('sixteen bytes...\n') })]);
    await ask([buildEndpoint(board.url, { secretFile: writeSecret('sixteen bytes...\n\n') })]);

    expect(signedAt(board.asked[0] as Asked, 'sixteen bytes...')).not.toBeNull();
    expect(signedAt(board.asked[1] as Asked, 'sixteen bytes...\n')).not.toBeNull();
  });

  it.each(USELESS)('that %s is a veto, and nothing is sent', async (_, make, why) => {
    const board = await startBoard(agree);
    const secretFile = path.join(makeTemporaryDirectory(), 'key');
    make(secretFile);

    const reasons = await reasonsOf(board.url, { secretFile });

    expect(reasons).toEqual([`is not asked, for its secret is of no use: ${why.replace('FILE', secretFile)}`]);
    expect(board.asked).toEqual([]);
  });
});

describe('an endpoint', () => {
  it('refuses with a reason, which is escaped', async () => {
    const board = await startBoard((response) => {
      response.end(JSON.stringify({ allow: false, reason: 'frozen\u001b[2J\nuntil 15:00' }));
    });

    const reasons = await reasonsOf(board.url);

    expect(reasons).toEqual(['frozen\\u{1b}[2J\\u{a}until 15:00']);
  });

  it('can refuse alone, while all are asked at the same time', async () => {
    const waiting: (() => void)[] = [];
    const together = (answer: string) => (response: ServerResponse) => {
      waiting.push(() => response.end(answer));
      if (waiting.length === 3) for (const end of waiting) end();
    };
    const no = '{"allow":false,"reason":"not today"}';
    const boards = await Promise.all([CONSENT, no, CONSENT].map((answer) => startBoard(together(answer))));

    const verdict = await ask(boards.map(({ url }, index) => buildEndpoint(url, { name: `board-${index}` })));

    expect(vetoesOf(verdict)).toEqual([['board-1', 'not today']]);
    expect(verdict.answers.map(({ endpoint, allow }) => [endpoint, allow])).toEqual([
      ['board-0', true],
      ['board-1', false],
      ['board-2', true],
    ]);
  });

  it('vetoes with any other status, whatever the body says', async () => {
    const board = await startBoard((response) => response.writeHead(202).end(CONSENT));

    const reasons = await reasonsOf(board.url);

    expect(reasons).toEqual(['answers with status 202']);
  });

  it('vetoes with a status before the rest of the answer is there', async () => {
    const board = await startBoard((response) => {
      response.writeHead(503, { 'content-length': 100 }).write(CONSENT);
    });

    const reasons = await reasonsOf(board.url);

    expect(reasons).toEqual(['answers with status 503']);
    await eventually('no connection is left', async () => (await board.connections()) === 0);
  });

  it('vetoes with a status before it has read a large question', async () => {
    const board = await startRaw((socket) => {
      socket.once('readable', () => socket.write('HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n'));
    });
    const slots = Array.from({ length: 100_000 }, (_, index) => buildSlot(index + 1));

    const verdict = await ask([buildEndpoint(board.url)], { request: buildPreflight({}, buildPlan(slots)) });

    expect(vetoesOf(verdict)).toEqual([['board', 'answers with status 413']]);
  });

  it('vetoes with content that is not JSON', async () => {
    const board = await startBoard((response) => response.end('<h1>It works!</h1>'));

    const [reason] = await reasonsOf(board.url);

    expect(reason).toMatch(/^answers with what is not JSON: .*<h1>It works!/u);
  });

  it('cannot send the question on to another host', async () => {
    const other = await startBoard(agree);
    const board = await startBoard((response) => response.writeHead(307, { location: other.url }).end());

    const reasons = await reasonsOf(board.url);

    expect(reasons).toEqual(['redirects with status 307, which is not followed']);
    expect(other.asked).toEqual([]);
  });

  it('is not read to the end when its answer is huge', async () => {
    const board = await startBoard((response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(' '.repeat(8192)));
      };
      response.on('drain', more);
      more();
    });

    const reasons = await reasonsOf(board.url);

    expect(reasons).toEqual(['answers with more than 65536 bytes']);
    await eventually('no connection is left', async () => (await board.connections()) === 0);
  });

  it('vetoes when it closes the connection within its answer', async () => {
    const board = await startBoard((response, { socket }) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write(CONSENT, () => socket.destroy());
    });

    const [reason] = await reasonsOf(board.url);

    expect(reason).toMatch(/^breaks off its answer: /u);
  });

  it('vetoes when it closes the connection without an answer', async () => {
    const board = await startBoard((_, { socket }) => socket.destroy());

    const [reason] = await reasonsOf(board.url);

    expect(reason).toMatch(/^cannot be asked: /u);
  });

  it.each(['SSH-2.0-OpenSSH_9.2\r\n', `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n`])(
    'vetoes when it speaks something else: %j',
    async (greeting) => {
      const board = await startRaw((socket) => {
        socket.once('data', () => socket.write(greeting));
      });

      const [reason] = await reasonsOf(board.url);

      expect(reason).toMatch(/^cannot be asked: ./u);
    },
  );

  it('vetoes when nobody listens there', async () => {
    const server = net.createServer();
    const address = await listen(server);
    server.close();

    const reasons = await reasonsOf(`http://${address}/`);

    expect(reasons).toEqual([`cannot be asked: connect ECONNREFUSED ${address}`]);
  });

  it('vetoes with what each address came to when its name has several', async () => {
    const server = net.createServer();
    const port = Number((await listen(server)).split(':')[1]);
    server.close();
    resolveEveryName(['127.0.0.1', '127.0.0.2']);

    const reasons = await reasonsOf(`http://board.example:${port}/`);

    expect(reasons).toEqual([
      `cannot be asked: connect ECONNREFUSED 127.0.0.1:${port}; connect ECONNREFUSED 127.0.0.2:${port}`,
    ]);
  });
});

describe('the time limit', () => {
  it('makes a veto of no answer', async () => {
    const board = await startBoard(() => undefined);
    const clock = createManualClock();

    const verdict = ask([buildEndpoint(board.url)], { clock });
    await eventually('the question is there', () => board.asked.length === 1);
    await clock.advance(5000);

    expect(vetoesOf(await verdict)).toEqual([['board', 'gives no answer within 5s']]);
    await eventually('no connection is left', async () => (await board.connections()) === 0);
  });

  it('makes a veto of a server that accepts and never reads', async () => {
    const board = await startRaw((socket) => socket.pause());
    const clock = createManualClock();

    const verdict = ask([buildEndpoint(board.url)], { clock });
    await eventually('it is connected', async () => (await board.connections()) === 1);
    await clock.advance(5000);

    expect(vetoesOf(await verdict)).toEqual([['board', 'gives no answer within 5s']]);
  });

  it.each([
    ['a header', 'HTTP/1.1 200 OK\r\nx-drip: '],
    ['a body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n'],
  ])('is for the whole exchange, and not for each byte of %s', async (_, head) => {
    let drip = (): void => undefined;
    const board = await startRaw((socket) => {
      socket.once('data', () => {
        socket.write(head);
        drip = () => void socket.write(' ');
      });
    });
    const clock = createManualClock();
    let told = 0;
    const verdict = ask([buildEndpoint(board.url)], { clock }).finally(() => {
      told = clock.monotonic();
    });
    await eventually('it is connected', async () => (await board.connections()) === 1);

    for (let second = 0; second < 8; second += 1) {
      drip();
      await clock.advance(1000);
    }

    expect(vetoesOf(await verdict)).toEqual([['board', 'gives no answer within 5s']]);
    expect(told).toBe(5000);
  });

  it('is that of each endpoint for itself', async () => {
    const [slow, quick] = await Promise.all([startBoard(() => undefined), startBoard(agree)]);
    const clock = createManualClock();

    const verdict = ask([buildEndpoint(slow.url, { timeoutMs: 1500 }), buildEndpoint(quick.url, { name: 'quick' })], {
      clock,
    });
    await eventually('both are asked', () => slow.asked.length + quick.asked.length === 2);
    await clock.advance(1500);

    expect(vetoesOf(await verdict)).toEqual([['board', 'gives no answer within 1s500ms']]);
  });
});

describe('a start that is called off', () => {
  const CALLED_OFF = 'had not answered when the start was called off';

  it('is a veto at once of all who have not answered', async () => {
    const [slow, quick] = await Promise.all([startBoard(() => undefined), startBoard(agree)]);
    const calledOff = new AbortController();

    const verdict = ask([buildEndpoint(slow.url), buildEndpoint(quick.url, { name: 'quick' })], {
      signal: calledOff.signal,
    });
    await eventually('both are asked', () => slow.asked.length + quick.asked.length === 2);
    await eventually('one has answered', async () => (await quick.connections()) === 0);
    calledOff.abort();

    expect(vetoesOf(await verdict)).toEqual([['board', CALLED_OFF]]);
    await eventually('no connection is left', async () => (await slow.connections()) === 0);
  });

  it('before anybody was asked sends nothing', async () => {
    const board = await startBoard(agree);

    const verdict = await ask([buildEndpoint(board.url)], { signal: AbortSignal.abort() });

    expect(vetoesOf(verdict)).toEqual([['board', CALLED_OFF]]);
    expect(board.asked).toEqual([]);
  });
});

async function startSecureBoard(): Promise<string> {
  const server = https.createServer(SELF_SIGNED, recordQuestions(agree).listener);
  onTestFinished(() => server.closeAllConnections());
  return `https://${await listen(server)}/`;
}

const ASKER = path.join(import.meta.dirname, '../support/preflight-asker.ts');

/** In a process of its own, with this in its environment. */
async function askApart(url: string, environment: Readonly<Record<string, string>>): Promise<PreflightVerdict> {
  const argv = ['--import', 'tsx', ASKER, url, writeSecret()];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env: { ...process.env, ...environment } });
  return JSON.parse(stdout) as PreflightVerdict;
}

describe('an endpoint behind TLS', () => {
  it('vetoes when it speaks no TLS', async () => {
    const board = await startBoard(agree);

    const [reason] = await reasonsOf(board.url.replace('http:', 'https:'));

    expect(reason).toMatch(/^cannot be asked: .*wrong version number/u);
    expect(board.asked).toEqual([]);
  });

  it('vetoes when nobody has signed its certificate', async () => {
    const url = await startSecureBoard();

    const reasons = await reasonsOf(url);

    expect(reasons).toEqual(['cannot be asked: self-signed certificate']);
  });

  it('vetoes so even where the environment says that certificates do not matter', async () => {
    const url = await startSecureBoard();

    const verdict = await askApart(url, { NODE_TLS_REJECT_UNAUTHORIZED: '0' });

    expect(vetoesOf(verdict)).toEqual([['board', 'cannot be asked: self-signed certificate']]);
  });

  it('can have a certificate of an authority that the environment names', async () => {
    const url = await startSecureBoard();
    const authority = path.join(makeTemporaryDirectory(), 'authority.pem');
    writeFileSync(authority, SELF_SIGNED.cert);

    const verdict = await askApart(url, { NODE_EXTRA_CA_CERTS: authority });

    expect(verdict.allowed).toBe(true);
  });
});

/** The endpoint of the page, as it stands there. Gives its URL. */
async function startDocumented(secretFile: string): Promise<string> {
  const page = readFileSync(path.join(packageRoot(), 'docs/preflight.md'), 'utf8');
  const program = /^```python\n(?<text>.*?)^```$/msu.exec(page)?.groups?.['text'] ?? '';
  const child = spawn('python3', ['-c', program, secretFile, '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await eventually('it listens', () => said.endsWith('\n'));
  return `http://127.0.0.1:${/^listening on port (?<port>\d+)$/mu.exec(said)?.groups?.['port'] ?? ''}/`;
}

describe('the endpoint of the documentation', () => {
  it('agrees to what is genuine and hits nothing that is frozen', async () => {
    const secretFile = writeSecret(`${SECRET}\n`);
    const url = await startDocumented(secretFile);

    const verdict = await ask([buildEndpoint(url, { secretFile })], { clock: systemClock });

    expect(verdict).toMatchObject({ allowed: true });
  });

  it.each(['nodes', 'standby'])('vetoes when a frozen node is among the %s', async (where) => {
    const secretFile = writeSecret();
    const url = await startDocumented(secretFile);
    const db = [nodeId('db-1')];
    const slot = buildSlot(1, where === 'nodes' ? { nodes: db } : {});
    const request = buildPreflight({}, buildPlan([slot], where === 'standby' ? { [slot.id]: db } : {}));

    const verdict = await ask([buildEndpoint(url, { secretFile })], { clock: systemClock, request });

    expect(vetoesOf(verdict)).toEqual([['board', 'db-1 is frozen until the migration is over']]);
  });

  it('refuses what another secret has signed', async () => {
    const url = await startDocumented(writeSecret('not the same secret'));

    const verdict = await ask([buildEndpoint(url)], { clock: systemClock });

    expect(vetoesOf(verdict)).toEqual([['board', 'answers with status 401']]);
  });

  it('refuses what is old', async () => {
    const secretFile = writeSecret();
    const url = await startDocumented(secretFile);
    const clock = { ...systemClock, now: () => Date.now() - 600_000 };

    const verdict = await ask([buildEndpoint(url, { secretFile })], { clock });

    expect(vetoesOf(verdict)).toEqual([['board', 'answers with status 401']]);
  });

  it('refuses a body that was altered on its way', async () => {
    const secretFile = writeSecret();
    const url = await startDocumented(secretFile);
    const [at, body] = [String(Math.floor(Date.now() / 1000)), canonicalJson(buildPreflight())];
    const headers = { 'roulette-signature': `t=${at},v1=${sign(SECRET, at, body)}` };

    const statuses = await Promise.all(
      [body, body.replace('orders-1', 'orders-2')].map(
        async (sent) => (await fetch(url, { method: 'POST', headers, body: sent })).status,
      ),
    );

    expect(statuses).toEqual([200, 401]);
  });
});
