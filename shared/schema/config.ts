// Configuration files of the daemons and of the command line, with the same errors as documents.

import { z } from 'zod';
import type { ProcessSelector } from '../domain/experiment.ts';
import type { LogLevel } from '../log.ts';
import { parseDuration } from '../units.ts';
import { check, type Checked } from './check.ts';
import { address, complain, labelValue, list, named, object, oneOf, reads, slug, text, duration } from './reader.ts';
import { readSource } from './source.ts';
import { serviceSelector } from './target.ts';

export interface AgentConfig {
  /** Unique in the fleet. */
  readonly node: string;
  readonly environment: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `host:port` where the coordinator takes agents. */
  readonly coordinator: string;
  /** How other nodes reach this one; null: by any of its global addresses. */
  readonly addresses: readonly string[] | null;
  /** Holds the undo journal. */
  readonly stateDir: string;
  /** The guard file of the node. */
  readonly guard: string;
  /** Names for selectors of processes. */
  readonly services: Readonly<Record<string, ProcessSelector>>;
  readonly logLevel: LogLevel;
}

export interface CoordinatorConfig {
  readonly environment: string;
  readonly agents: { readonly listen: string };
  readonly operators: { readonly listen: string };
  /** The database file. */
  readonly store: string;
  /** The policy folder. */
  readonly policy: string;
  /** How long an agent keeps an injection without a renewal; at least 1 s. */
  readonly leaseMs: number;
  /** Between two renewals; at most a third of the lease. */
  readonly beatMs: number;
  /** Who is asked before a run starts, and may veto it. */
  readonly preflight: readonly PreflightEndpoint[];
  readonly logLevel: LogLevel;
}

export interface PreflightEndpoint {
  /** Unique among them. */
  readonly name: string;
  readonly url: string;
  /** Holds the secret that questions are signed with. */
  readonly secretFile: string;
  /** No answer within this time is a veto. */
  readonly timeoutMs: number;
}

export interface CliConfig {
  /** The context that is used when none is named. */
  readonly current: string | null;
  readonly contexts: Readonly<Record<string, { readonly coordinator: string }>>;
}

const LEAST_LEASE_MS = 1000;
const BEATS_PER_LEASE = 3;

const HIGHEST_PORT = 65_535;
const endpoint = reads('host:port', (value) => {
  const match = typeof value === 'string' ? /^(?:[^\s:]+|\[[0-9a-fA-F:]+\]):(?<port>\d{1,5})$/u.exec(value) : null;
  return match !== null && Number(match.groups?.['port']) <= HIGHEST_PORT ? match[0] : null;
});
const logLevel = oneOf(['debug', 'info', 'warn', 'error']).default('info');
const nodeName = reads('a name of letters, digits, `.`, `_` and `-`', (value) =>
  typeof value === 'string' && /^[A-Za-z0-9._-]{1,100}$/u.test(value) ? value : null,
);

/** Labels that every node has without being told. */
const BUILT_IN_LABELS = ['node', 'hostname', 'os', 'kernel'];

const labels = named('labels', labelValue).superRefine((found, context) => {
  for (const name of BUILT_IN_LABELS) {
    if (Object.hasOwn(found, name))
      complain(context, `the label ${name} is built in and cannot be set`, { path: [name] });
  }
});

const agent: z.ZodType<AgentConfig> = object('the configuration of an agent', {
  node: nodeName,
  environment: text,
  labels: labels.default({}),
  coordinator: endpoint,
  addresses: list('addresses', address, 1).optional(),
  stateDir: text.default('/var/lib/roulette-agent'),
  guard: text.default('/etc/roulette/guard.yaml'),
  services: named('services', serviceSelector).default({}),
  logLevel,
}).transform((found) => ({
  node: found.node,
  environment: found.environment,
  labels: found.labels,
  coordinator: found.coordinator,
  addresses: found.addresses ?? null,
  stateDir: found.stateDir,
  guard: found.guard,
  services: found.services,
  logLevel: found.logLevel,
}));

const listener = (port: number): z.ZodType<{ listen: string }> =>
  object('a listener', { listen: endpoint })
    .transform(({ listen }) => ({ listen }))
    .default({ listen: `127.0.0.1:${port}` });

const LONGEST_PREFLIGHT_MS = 60_000;

/** As `reads`, but what is wrong is not quoted: it may be a secret that was put into the wrong place. */
function unquoted(expected: string, isRight: (value: string) => boolean): z.ZodType<string> {
  const error = ({ input }: { readonly input?: unknown }): string =>
    `${input === undefined ? 'is missing: ' : ''}expected ${expected}`;
  return z.string({ error }).refine(isRight, { error });
}

const preflightUrl = unquoted('a URL that starts with http:// or https://, without user and password', (value) => {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/u.test(protocol) && username === '' && password === '';
});

const preflightTimeout = reads('a duration greater than 0, at most 60s', (value) => {
  const ms = typeof value === 'string' ? parseDuration(value) : null;
  return ms === null || ms <= 0 || ms > LONGEST_PREFLIGHT_MS ? null : ms;
});

const preflightEndpoint: z.ZodType<PreflightEndpoint> = object('an endpoint of the pre-flight check', {
  name: slug,
  url: preflightUrl,
  secret: unquoted('the absolute path of the file that holds the secret', (value) => value.startsWith('/')),
  timeout: preflightTimeout.default(5000),
}).transform(({ name, url, secret, timeout }) => ({ name, url, secretFile: secret, timeoutMs: timeout }));

const preflight = list('endpoints', preflightEndpoint).superRefine((endpoints, context) => {
  const seen = new Set<string>();
  for (const [index, { name }] of endpoints.entries()) {
    if (seen.has(name)) complain(context, `an endpoint before is called ${name} too`, { path: [index, 'name'] });
    seen.add(name);
  }
});

const coordinator: z.ZodType<CoordinatorConfig> = object('the configuration of a coordinator', {
  environment: text,
  agents: listener(7401),
  operators: listener(7400),
  store: text.default('/var/lib/roulette-coordinator/coordinator.db'),
  policy: text.default('/etc/roulette/policy'),
  lease: duration.default(5000),
  beat: duration.default(1000),
  preflight: preflight.default([]),
  logLevel,
}).transform((found, context) => {
  const { lease, beat } = found;
  if (lease < LEAST_LEASE_MS)
    complain(context, 'must be at least 1s: a shorter lease would run out by chance', { path: ['lease'] });
  if (beat <= 0 || beat * BEATS_PER_LEASE > lease)
    complain(context, 'must be greater than 0 and at most a third of the lease', { path: ['beat'] });
  return {
    environment: found.environment,
    agents: found.agents,
    operators: found.operators,
    store: found.store,
    policy: found.policy,
    leaseMs: lease,
    beatMs: beat,
    preflight: found.preflight,
    logLevel: found.logLevel,
  };
});

const cli: z.ZodType<CliConfig> = object('the configuration', {
  current: text.optional(),
  contexts: named(
    'contexts',
    object('a context', { coordinator: endpoint }).transform((found) => ({ coordinator: found.coordinator })),
  ),
}).transform(({ current, contexts }, context) => {
  if (current !== undefined && !Object.hasOwn(contexts, current))
    complain(context, `there is no context ${current}`, { path: ['current'] });
  return { current: current ?? null, contexts };
});

export function parseAgentConfig(source: string, file: string): Checked<AgentConfig> {
  return parse(agent, source, file);
}

export function parseCoordinatorConfig(source: string, file: string): Checked<CoordinatorConfig> {
  return parse(coordinator, source, file);
}

export function parseCliConfig(source: string, file: string): Checked<CliConfig> {
  return parse(cli, source, file);
}

function parse<Config>(schema: z.ZodType<Config>, source: string, file: string): Checked<Config> {
  // An empty file is an empty configuration: what is missing is then named key by key.
  const read = readSource(source.trim() === '' ? '{}' : source, file);
  return read.ok ? check(read.source, schema) : read;
}
