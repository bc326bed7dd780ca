// The peer of the halt bench: a server of nothing but @grpc/grpc-js that writes one small message to each of its
// streams and waits for one small message back. `bare-fan-out` prints its address; on each line of standard input it
// plays one round and prints how long that took.

import * as grpc from '@grpc/grpc-js';
import { createInterface } from 'node:readline';

const server = new grpc.Server();
const streams = new Set<grpc.ServerDuplexStream<Buffer, Buffer>>();
let answers = 0;
let done: () => void = () => undefined;

const identity = (bytes: Buffer): Buffer => bytes;

/** Bytes as they are: no schema, no codec. */
export const BARE_SERVICE = {
  session: {
    path: '/bare.FanOut/Session',
    requestStream: true,
    responseStream: true,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  },
} as const satisfies grpc.ServiceDefinition;

function serve(): void {
  server.addService(BARE_SERVICE, {
    session: (stream: grpc.ServerDuplexStream<Buffer, Buffer>) => {
      streams.add(stream);
      stream.on('data', () => {
        answers += 1;
        if (answers === streams.size) done();
      });
      stream.on('error', () => streams.delete(stream));
      stream.on('end', () => stream.end());
      // The first message tells the client that the stream is up.
      stream.write(Buffer.from('welcome'));
    },
  });
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    process.stdout.write(`127.0.0.1:${port}\n`);
  });
  createInterface({ input: process.stdin })
    .on('line', () => void playRound())
    .on('close', () => process.exit(0));
}

async function playRound(): Promise<void> {
  answers = 0;
  const answered = new Promise<void>((resolve) => {
    done = resolve;
  });
  const began = performance.now();
  for (const stream of streams) stream.write(Buffer.from('halt-0123456789ab'));
  await answered;
  process.stdout.write(`${performance.now() - began}\n`);
}

if (process.argv[1] === import.meta.filename) serve();
