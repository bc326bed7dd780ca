// Which coordinator is meant: the option, the environment, a context of the configuration file, or loopback.

import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { RouletteError, messageOf } from '../shared/errors.ts';
import { parseCliConfig } from '../shared/schema/config.ts';
import { formatIssue } from '../shared/schema/source.ts';

const DEFAULT_ADDRESS = '127.0.0.1:7400';

export interface AddressOptions {
  readonly coordinator?: string | undefined;
  readonly context?: string | undefined;
}

/** Throws USAGE_ARGUMENT for a context that does not exist, USAGE_FILE and CONFIG_INVALID for a file that is not right. */
export function coordinatorAddress(options: AddressOptions, environment: NodeJS.ProcessEnv): string {
  if (options.coordinator !== undefined) return options.coordinator;
  const fromEnvironment = environment['ROULETTE_COORDINATOR'];
  if (options.context === undefined && fromEnvironment) return fromEnvironment;
  const file = environment['ROULETTE_CONFIG'] ?? path.join(homedir(), '.config', 'roulette', 'config.yaml');
  const config = existsSync(file) ? readContexts(file) : { current: null, contexts: {} };
  const name = options.context ?? config.current;
  if (name === null) return DEFAULT_ADDRESS;
  const context = Object.hasOwn(config.contexts, name) ? config.contexts[name] : undefined;
  if (context === undefined) throw new RouletteError('USAGE_ARGUMENT', `there is no context ${name} in ${file}`);
  return context.coordinator;
}

function readContexts(file: string): {
  current: string | null;
  contexts: Readonly<Record<string, { coordinator: string }>>;
} {
  const parsed = parseCliConfig(readConfig(file), file);
  if (parsed.ok) return parsed.value;
  throw new RouletteError('CONFIG_INVALID', parsed.issues.map((issue) => formatIssue(issue)).join('\n'));
}

function readConfig(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new RouletteError('USAGE_FILE', `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}
