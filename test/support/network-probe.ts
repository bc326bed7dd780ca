// A process of its own in a network namespace that sends, receives and measures on request of a test. It is driven
// over the channel that its parent has opened, and ends with it. Times are of the monotonic clock, which all
// processes of a machine share.

import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { appendFileSync } from 'node:fs';
import { connect, createServer, isIPv6, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { answerDns } from './network-dns.ts';

export interface Ask {
  readonly to: string;
  readonly port: number;
  /** The asking end; any when left out. */
  readonly localPort?: number;
  readonly withinMs?: number;
}

export interface Train {
  readonly to: string;
  readonly port: number;
  readonly localPort?: number;
  /** Tells this train from others at the same receiver. */
  readonly mark: number;
  readonly count: number;
  /** Of each packet; as few as possible when left out. */
  readonly bytes?: number;
  /** Packets that leave together, and the pause after them. */
  readonly together: number;
  readonly everyMs: number;
}

export interface Arrival {
  readonly number: number;
  readonly atMs: number;
}

/** What a probe can do: parameters and result of each. */
export interface ProbeCalls {
  /** Counts numbered packets, and sends back those that ask for it. */
  serveUdp: (ask: { readonly port: number }) => void;
  /** Sends numbered packets; says when each left, and how many the kernel refused to send. */
  sendTrain: (train: Train) => { readonly sent: readonly Arrival[]; readonly refused: number };
  /** The packets of a train that have come, each number once. */
  arrivals: (ask: { readonly port: number; readonly mark: number }) => readonly Arrival[];
  /** Asks again and again until one packet comes back: `answered`, `silent`, or the error of the socket. */
  askUdp: (ask: Ask) => string;
  /** Accepts connections: sends back what comes on them, or only counts it. */
  serveTcp: (ask: { readonly port: number; readonly kind: 'echo' | 'sink' }) => void;
  /** Opens a connection and closes it: `open`, `silent`, or the error. */
  tryTcp: (ask: Ask) => string;
  /** Opens a connection that stays, and says its number. */
  openTcp: (ask: Ask) => number;
  /** Sends a byte on it and waits: `answered`, `silent`, or the error that has ended the connection. */
  askTcp: (ask: { readonly connection: number; readonly withinMs?: number }) => string;
  /** What has ended it without anything being sent; `silent` when nothing has. */
  hearTcp: (ask: { readonly connection: number; readonly withinMs?: number }) => string;
  closeTcp: (ask: { readonly connection: number }) => void;
  /** Sends as fast as it goes. */
  flood: (ask: { readonly to: string; readonly port: number; readonly forMs: number }) => void;
  /** Bytes that a sink has taken so far. */
  absorbed: (ask: { readonly port: number }) => { readonly bytes: number; readonly atMs: number };
  /** A name server: every name has these addresses. */
  serveDns: (ask: { readonly v4: string; readonly v6: string }) => void;
  /** The addresses, or the error. */
  resolve: (ask: {
    readonly server: string;
    readonly name: string;
    readonly type: 'A' | 'AAAA';
    readonly withinMs: number;
  }) => readonly string[] | string;
}

export type ProbeRequest = { readonly id: number; readonly call: keyof ProbeCalls; readonly ask: unknown };
export type ProbeReply = { readonly id: number; readonly value?: unknown; readonly error?: string };

const ECHO = 0xec;
const HEADER_BYTES = 9;
const PATIENCE_MS = 4000;

const received = new Map<string, Map<number, number>>();
const absorbed = new Map<number, number>();
const connections: { readonly socket: Socket; heard: number; ended: string | null }[] = [];

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

/** One socket for each family: a dual one would show IPv4 peers under other names. */
async function serveUdp({ port }: { readonly port: number }): Promise<void> {
  await Promise.all((['udp4', 'udp6'] as const).map((type) => listenUdp(type, port, takePacket)));
}

type Take = (socket: UdpSocket, packet: Buffer, from: RemoteInfo, port: number) => void;

async function listenUdp(type: 'udp4' | 'udp6', port: number, take: Take): Promise<void> {
  const socket = createSocket({ type, ipv6Only: type === 'udp6', recvBufferSize: 4_000_000 });
  socket.on('message', (packet, from) => take(socket, packet, from, port));
  // An answer that cannot be sent is a lost one, as on a wire.
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    socket.bind(port, resolve);
  });
}

function takePacket(socket: UdpSocket, packet: Buffer, from: RemoteInfo, port: number): void {
  if (packet[0] === ECHO) {
    socket.send(packet, from.port, from.address);
    return;
  }
  const key = `${port} ${packet.readUInt32BE(1)}`;
  const train = received.get(key) ?? new Map<number, number>();
  received.set(key, train);
  const number = packet.readUInt32BE(5);
  if (!train.has(number)) train.set(number, now());
}

async function openUdp({ to, port, localPort = 0 }: Ask): Promise<UdpSocket> {
  const socket = createSocket(isIPv6(to) ? 'udp6' : 'udp4');
  await new Promise<void>((resolve) => {
    socket.bind(localPort, resolve);
  });
  // Only a connected socket is told that its packets were refused.
  await new Promise<void>((resolve, reject) => {
    // Without a route the callback is called all the same, with the error.
    socket.connect(port, to, (error?: Error) => (error === undefined ? resolve() : reject(error)));
  });
  return socket;
}

async function sendTrain(train: Train): Promise<{ sent: Arrival[]; refused: number }> {
  const socket = await openUdp(train);
  socket.on('error', () => undefined);
  const sent: Arrival[] = [];
  let refused = 0;
  const begun = now();
  for (let number = 0; number < train.count; number += 1) {
    const packet = Buffer.alloc(train.bytes ?? HEADER_BYTES);
    packet.writeUInt32BE(train.mark, 1);
    packet.writeUInt32BE(number, 5);
    sent.push({ number, atMs: now() });
    socket.send(packet, (error) => {
      if (error !== null) refused += 1;
    });
    const due = begun + Math.floor((number + 1) / train.together) * train.everyMs;
    if ((number + 1) % train.together === 0) await wait(Math.max(0, due - now()));
  }
  await new Promise<void>((resolve) => {
    socket.close(resolve);
  });
  return { sent, refused };
}

async function askUdp(ask: Ask): Promise<string> {
  const socket = await openUdp(ask).catch(codeOf);
  return typeof socket === 'string' ? socket : askOver(socket, ask);
}

function askOver(socket: UdpSocket, { withinMs = PATIENCE_MS }: Ask): Promise<string> {
  return new Promise((resolve) => {
    const send = (): void => socket.send(Buffer.from([ECHO]), (error) => error !== null && end(codeOf(error)));
    const again = setInterval(send, 50);
    const late = setTimeout(() => end('silent'), withinMs);
    let isOver = false;
    function end(outcome: string): void {
      if (isOver) return;
      isOver = true;
      clearInterval(again);
      clearTimeout(late);
      socket.close(() => resolve(outcome));
    }
    socket.once('message', () => end('answered'));
    socket.on('error', (error) => end(codeOf(error)));
    send();
  });
}

async function serveTcp({ port, kind }: { readonly port: number; readonly kind: 'echo' | 'sink' }): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (kind === 'echo') socket.pipe(socket);
    else socket.on('data', (data) => absorbed.set(port, (absorbed.get(port) ?? 0) + data.length));
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '::', resolve);
  });
}

/** A socket that is open, or the error. */
function dial({ to, port, localPort, withinMs = PATIENCE_MS }: Ask): Promise<Socket | string> {
  return new Promise((resolve) => {
    const socket = connect({ host: to, port, ...(localPort === undefined ? {} : { localPort }) });
    const late = setTimeout(() => give('silent'), withinMs);
    function give(outcome: string): void {
      clearTimeout(late);
      socket.destroy();
      resolve(outcome);
    }
    socket.setNoDelay(true);
    socket.once('error', (error) => give(codeOf(error)));
    socket.once('connect', () => {
      clearTimeout(late);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

async function tryTcp(ask: Ask): Promise<string> {
  const socket = await dial(ask);
  if (typeof socket === 'string') return socket;
  socket.on('error', () => undefined);
  socket.destroy();
  return 'open';
}

async function openTcp(ask: Ask): Promise<number> {
  const socket = await dial(ask);
  if (typeof socket === 'string') throw new Error(`no connection to ${ask.to}:${ask.port}: ${socket}`);
  const connection: (typeof connections)[number] = { socket, heard: 0, ended: null };
  socket.on('data', () => {
    connection.heard += 1;
  });
  socket.on('error', (error) => {
    connection.ended ??= codeOf(error);
  });
  socket.on('close', () => {
    connection.ended ??= 'closed';
  });
  return connections.push(connection) - 1;
}

async function askTcp({
  connection: at,
  withinMs = PATIENCE_MS,
}: Parameters<ProbeCalls['askTcp']>[0]): Promise<string> {
  const connection = connections[at];
  if (connection === undefined) throw new Error(`no connection ${at}`);
  const { heard } = connection;
  if (connection.ended === null) connection.socket.write('.');
  return outcomeOf(connection, heard, withinMs);
}

async function hearTcp({ connection: at, withinMs = 0 }: Parameters<ProbeCalls['hearTcp']>[0]): Promise<string> {
  const connection = connections[at];
  if (connection === undefined) throw new Error(`no connection ${at}`);
  return outcomeOf(connection, connection.heard, withinMs);
}

async function outcomeOf(connection: (typeof connections)[number], heard: number, withinMs: number): Promise<string> {
  const deadline = now() + withinMs;
  for (;;) {
    if (connection.ended !== null) return connection.ended;
    if (connection.heard > heard) return 'answered';
    if (now() >= deadline) return 'silent';
    await wait(5);
  }
}

async function flood({ to, port, forMs }: Parameters<ProbeCalls['flood']>[0]): Promise<void> {
  const socket = await dial({ to, port });
  if (typeof socket === 'string') throw new Error(`no connection to ${to}:${port}: ${socket}`);
  const chunk = Buffer.alloc(64 * 1024);
  socket.on('error', () => undefined);
  const pour = (): void => {
    let hasRoom = true;
    while (hasRoom) hasRoom = socket.write(chunk);
  };
  socket.on('drain', pour);
  pour();
  await wait(forMs);
  socket.resetAndDestroy();
}

async function serveDns(addresses: { readonly v4: string; readonly v6: string }): Promise<void> {
  const answer: Take = (socket, packet, from) => {
    const reply = answerDns(packet, addresses);
    if (reply !== null) socket.send(reply, from.port, from.address);
  };
  await Promise.all((['udp4', 'udp6'] as const).map((type) => listenUdp(type, 53, answer)));
}

/** A resolver for each question, so that each has a socket of its own. */
async function resolveName(ask: Parameters<ProbeCalls['resolve']>[0]): Promise<readonly string[] | string> {
  const resolver = new dns.Resolver({ timeout: ask.withinMs, tries: 1 });
  resolver.setServers([ask.server]);
  try {
    return await (ask.type === 'A' ? resolver.resolve4(ask.name) : resolver.resolve6(ask.name));
  } catch (error: unknown) {
    return codeOf(error);
  }
}

const CALLS: { [Name in keyof ProbeCalls]: (ask: Parameters<ProbeCalls[Name]>[0]) => unknown } = {
  serveUdp,
  sendTrain,
  arrivals: ({ port, mark }) =>
    [...(received.get(`${port} ${mark}`) ?? [])].map(([number, atMs]) => ({ number, atMs })),
  askUdp,
  serveTcp,
  tryTcp,
  openTcp,
  askTcp,
  hearTcp,
  closeTcp: ({ connection }) => void connections[connection]?.socket.destroy(),
  flood,
  absorbed: ({ port }) => ({ bytes: absorbed.get(port) ?? 0, atMs: now() }),
  serveDns,
  resolve: resolveName,
};

async function serve({ id, call, ask }: ProbeRequest): Promise<ProbeReply> {
  try {
    return { id, value: await CALLS[call](ask as never) };
  } catch (error: unknown) {
    return { id, error: String(error) };
  }
}

/** Before any socket is made: a socket belongs to the cgroup and the user that made it. */
function settle(): void {
  const [, , cgroup = '', user = ''] = process.argv;
  if (cgroup !== '') appendFileSync(`${cgroup}/cgroup.procs`, `${process.pid}\n`);
  if (user === '') return;
  process.setgroups?.([]);
  process.setuid?.(user);
}

settle();
process.on('message', (request: ProbeRequest) => {
  void serve(request).then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit());
process.send?.({ id: 0 });
