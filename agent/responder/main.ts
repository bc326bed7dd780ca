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

// One socket for both families; a query of IPv4 comes from a mapped address.
const socket = createSocket({ type: 'udp6', ipv6Only: false });
socket.on('message', (query, from) => {
  const reply = answerQuery(query, answer);
  if (reply !== null) socket.send(reply, from.port, from.address);
});
// A port that is taken since: without an answer the queries are refused, and the injection says that it had no effect.
socket.on('error', () => process.exit(1));
socket.bind(Number(port));
