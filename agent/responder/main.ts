// The DNS responder: a child of the agent that answers every query it gets, with an error or with given addresses.
// Rules of the kernel send it the queries for chosen names. It ends at its own deadline, and when its standard input
// closes, which it does when the agent is gone: it outlives nobody.
//
// argv: PORT  DURATION_MS  ANSWER (nxdomain, servfail or address)  and the addresses

import { createSocket } from 'node:dgram';
import { answerQuery, type Answer } from './answer.ts';

process.title = 'roulette-dns';
const [port = '', durationMs = '', kind = '', ...addresses] = process.argv.slice(2);
const answer: Answer = kind === 'address' ? { addresses } : { code: kind === 'nxdomain' ? 'nxdomain' : 'servfail' };

process.stdin.resume().once('close', () => process.exit(0));
setTimeout(() => process.exit(0), Number(durationMs));

// Where the rules lead to. One that listened everywhere would answer from the address of an interface, and the kernel
// would not know the answer for one to a query that it has redirected.
async function listen(type: 'udp4' | 'udp6', address: string): Promise<void> {
  const socket = createSocket(type);
  socket.on('message', (query, from) => {
    const reply = answerQuery(query, answer);
    if (reply !== null) socket.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve) => {
    // Without IPv6, or with the port taken since, queries of that family are refused.
    socket.on('error', () => socket.close());
    socket.once('close', resolve);
    socket.bind(Number(port), address, resolve);
  });
}

// IPv4 last: the agent looks for that one.
await listen('udp6', '::1');
await listen('udp4', '127.0.0.1');
