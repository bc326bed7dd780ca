import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Sample } from '../../coordinator/core/judge.ts';
import { startMonitors } from '../../coordinator/monitors/index.ts';
import { systemClock } from '../../shared/clock.ts';
import type { HttpMonitorSpec, HttpTransaction, MonitorSpec } from '../../shared/domain/experiment.ts';
import { eventually } from '../support/victims.ts';

interface Site {
  readonly url: string;
  readonly requests: string[];
  readonly server: Server;
}

async function startSite(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<Site> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      requests.push(body);
      answer(request, response, body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`, requests, server };
}

function buildHttp(transaction: Partial<HttpTransaction> | null, more: Partial<HttpMonitorSpec> = {}): HttpMonitorSpec {
  const whole = {
    url: '',
    method: 'GET',
    headers: {},
    body: null,
    perSecond: 50,
    successStatus: ['2xx'],
    successWithinMs: 1000,
    ...transaction,
  };
  return {
    kind: 'http',
    probe: null,
    transaction: transaction === null ? null : whole,
    measure: 'success_rate',
    everyMs: 200,
    timeoutMs: 1000,
    staleAfterMs: 1000,
    unit: '',
    ...more,
  };
}

interface Watching {
  readonly samples: Sample[];
  readonly stop: () => void;
  readonly valuesOf: (monitor: string) => number[];
}

function watch(
  monitors: Record<string, MonitorSpec>,
  countProcesses: () => Promise<number> = () => Promise.resolve(0),
): Watching {
  const samples: Sample[] = [];
  const over = new AbortController();
  onTestFinished(() => over.abort());
  startMonitors(monitors, { clock: systemClock, countProcesses }, (sample) => samples.push(sample), over.signal);
  return {
    samples,
    stop: () => over.abort(),
    valuesOf: (monitor) =>
      samples.flatMap((sample) => (sample.monitor === monitor && sample.value !== null ? [sample.value] : [])),
  };
}

describe('the http monitor', () => {
  it('gives the share of successes', async () => {
    let count = 0;
    const site = await startSite((_, response) => {
      count += 1;
      response.writeHead(count % 2 === 0 ? 500 : 200).end();
    });

    const { samples, valuesOf } = watch({ m: buildHttp({ url: site.url }) });
    await eventually('three values', () => samples.length >= 3);

    for (const value of valuesOf('m')) expect(value).toBeGreaterThan(0.2);
    for (const value of valuesOf('m')) expect(value).toBeLessThan(0.8);
  });

  it('goes on at its rate when nothing answers, and counts what timed out as failed', async () => {
    const site = await startSite(() => undefined);

    const { samples, valuesOf } = watch({ m: buildHttp({ url: site.url, perSecond: 40 }, { timeoutMs: 300 }) });
    await eventually('some transactions have timed out', () => valuesOf('m').length >= 3);

    expect(new Set(valuesOf('m'))).toEqual(new Set([0]));
    // A closed loop would have sent one; each of these was started although none before had answered.
    expect(site.requests.length).toBeGreaterThan(10);
    expect(samples[0]).toMatchObject({ monitor: 'm' });
  });

  it('counts a slow success as a failure, and measures from the scheduled start', async () => {
    const site = await startSite((_, response) => {
      setTimeout(() => response.writeHead(200).end(), 120);
    });

    const { valuesOf } = watch({
      strict: buildHttp({ url: site.url, successWithinMs: 60 }, { probe: 'strict' }),
      p50: buildHttp({ url: site.url }, { measure: 'p50' }),
    });
    await eventually('values of both', () => valuesOf('strict').length >= 2 && valuesOf('p50').length >= 2);

    expect(new Set(valuesOf('strict'))).toEqual(new Set([0]));
    for (const value of valuesOf('p50')) expect(value).toBeGreaterThanOrEqual(0.11);
  });

  it('shares one stream among the monitors of a probe', async () => {
    const site = await startSite((_, response) => response.writeHead(204).end());

    const { valuesOf, stop } = watch({
      ok: buildHttp({ url: site.url, perSecond: 20 }, { probe: 'shared' }),
      p99: buildHttp(null, { probe: 'shared', measure: 'p99' }),
      rate: buildHttp(null, { probe: 'shared', measure: 'rate' }),
    });
    await eventually('values of all three', () => ['ok', 'p99', 'rate'].every((name) => valuesOf(name).length >= 5));
    stop();

    const seconds = valuesOf('rate').length * 0.2;
    expect(site.requests.length).toBeLessThan(20 * (seconds + 1) * 1.5);
    expect(new Set(valuesOf('ok'))).toEqual(new Set([1]));
  });

  it('sends the body with the number of the transaction', async () => {
    const site = await startSite((request, response) =>
      response.writeHead(request.method === 'POST' ? 200 : 405).end(),
    );

    const { valuesOf } = watch({ m: buildHttp({ url: site.url, method: 'POST', body: '{"item":"book {{n}}"}' }) });
    await eventually('a value', () => valuesOf('m').length > 0);

    expect(site.requests.slice(0, 3)).toEqual(['{"item":"book 0"}', '{"item":"book 1"}', '{"item":"book 2"}']);
    expect(valuesOf('m')[0]).toBe(1);
  });

  it('says why there is no latency when nothing succeeded', async () => {
    const { samples } = watch({ p95: buildHttp({ url: 'http://127.0.0.1:1/' }, { measure: 'p95' }) });
    await eventually('a sample', () => samples.some(({ why }) => why?.includes('ECONNREFUSED') === true));

    expect(samples.every(({ value }) => value === null)).toBe(true);
  });

  it('does not follow redirects: the answer is what the service said', async () => {
    const site = await startSite((_, response) => response.writeHead(302, { location: '/elsewhere' }).end());

    const { valuesOf } = watch({
      strict: buildHttp({ url: site.url }),
      wide: buildHttp({ url: site.url, successStatus: ['302'] }),
    });
    await eventually('values of both', () => valuesOf('strict').length > 0 && valuesOf('wide').length > 0);

    expect([valuesOf('strict')[0], valuesOf('wide')[0]]).toEqual([0, 1]);
  });

  it('sends nothing and says nothing once it is stopped', async () => {
    const site = await startSite((_, response) => response.writeHead(200).end());
    const { samples, stop } = watch({ m: buildHttp({ url: site.url }) });
    await eventually('a sample', () => samples.length > 0);

    stop();
    await eventually(
      'no connection is left',
      () =>
        new Promise((resolve) => {
          site.server.getConnections((_, count) => resolve(count === 0));
        }),
    );
    const [sent, said] = [site.requests.length, samples.length];
    await new Promise((resolve) => {
      setTimeout(resolve, 300);
    });

    expect([site.requests.length, samples.length]).toEqual([sent, said]);
  });
});

describe('the processes monitor', () => {
  const spec: MonitorSpec = {
    kind: 'processes',
    target: 't',
    everyMs: 50,
    timeoutMs: 100,
    staleAfterMs: 500,
    unit: '',
  };

  it('has its first value at once', async () => {
    const { samples } = watch({ workers: { ...spec, everyMs: 60_000 } }, () => Promise.resolve(9));
    await eventually('a sample', () => samples.length > 0);

    expect(samples).toMatchObject([{ monitor: 'workers', value: 9, why: null }]);
  });

  it('says why when the count cannot be known', async () => {
    const { samples } = watch({ workers: spec }, () => Promise.reject(new Error('node-b is not connected')));
    await eventually('two samples', () => samples.length > 1);

    expect(samples[0]).toMatchObject({ value: null, why: 'node-b is not connected' });
  });

  it('does not wait longer than its timeout', async () => {
    const { samples } = watch({ workers: spec }, () => new Promise(() => undefined));
    await eventually('a sample', () => samples.length > 0);

    expect(samples[0]).toMatchObject({ value: null, why: 'not counted within 100 ms' });
  });
});
