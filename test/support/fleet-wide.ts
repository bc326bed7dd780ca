// A document that pauses something on every node at once, and the one thing that it watches.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Site {
  readonly url: string;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Answers every request with 204. */
export async function startSite(): Promise<Site> {
  const server = createServer((_request, response) => response.writeHead(204).end());
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

export function pauseEverything(url: string): string {
  return `
apiVersion: roulette/v1
kind: Experiment
name: pause-everything
owner: tester
environment: staging
hypothesis: Everything ends at once when it is asked for.
targets:
  all: { nodes: all, processes: { name: anything } }
monitors:
  answers: { http: { url: "${url}", rate: 5/s, success: { status: 2xx } } }
steadyState:
  - answers >= 0
stages:
  - name: everything
    steps:
      - { fault: process-pause, target: all, mode: all, duration: 10m }
`;
}
