// How listeners and callers reach one another. Without TLS nothing but loopback is listened on; credentials
// are made here and nowhere else, so that TLS changes this file alone.

import * as grpc from '@grpc/grpc-js';
import { RouletteError, messageOf } from '../errors.ts';

const LOOPBACK = /^(127(?:\.\d{1,3}){3}|\[::1\]|localhost):\d{1,5}$/u;

/** Throws RPC_INSECURE_ADDRESS for an address that another machine could reach. */
export function requireLoopback(address: string): void {
  if (LOOPBACK.test(address)) return;
  throw new RouletteError(
    'RPC_INSECURE_ADDRESS',
    `${address} is not a loopback address (127.0.0.1:PORT or [::1]:PORT), and this version has no TLS to protect any other`,
  );
}

/** Binds and returns the address with the port that was given (for port 0, the one the kernel chose). */
export async function listen(server: grpc.Server, address: string): Promise<string> {
  requireLoopback(address);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else
        reject(
          new RouletteError('CONFIG_INVALID', `cannot listen on ${address}: ${messageOf(error)}`, { cause: error }),
        );
    });
  });
  return address.replace(/:\d+$/u, `:${port}`);
}

export function clientCredentials(): grpc.ChannelCredentials {
  return grpc.credentials.createInsecure();
}

/**
 * A dead peer is noticed by HTTP/2 pings (gRPC core, keepalive.md), besides the heartbeats of our own.
 * Reconnects start soon and stay under 10 s apart.
 */
export const CLIENT_OPTIONS: grpc.ClientOptions = {
  // grpc-js would send even loopback through $http_proxy; the control path must not hang on a proxy.
  'grpc.enable_http_proxy': 0,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5000,
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 5000,
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
};

/** The server must allow the pings of CLIENT_OPTIONS, or it would close the connection for too many of them. */
export const SERVER_OPTIONS: grpc.ServerOptions = {
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5000,
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
};

/** Lets calls finish for up to `graceMs`, then cuts what is left (streams of watchers and agents). */
export async function shutDown(server: grpc.Server, graceMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => server.forceShutdown(), graceMs);
    server.tryShutdown(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}
