#!/usr/bin/env node
// roulette-coordinator: reads its configuration, starts, and ends in order when asked to.

import { Command } from 'commander';
import { systemClock } from '../shared/clock.ts';
import { parseFlags, runDaemon, serveUntilAskedToEnd } from '../shared/daemon.ts';
import { createLog } from '../shared/log.ts';
import { readConfig } from '../shared/read-config.ts';
import { parseCoordinatorConfig } from '../shared/schema/config.ts';
import { startCoordinator } from './server.ts';

interface Flags {
  readonly config?: string;
  readonly environment?: string;
  readonly listenAgents?: string;
  readonly listenOperators?: string;
  readonly store?: string;
  readonly policy?: string;
  readonly logLevel?: string;
  readonly withParent?: boolean;
}

const command = new Command('roulette-coordinator')
  .description('Plans and plays experiments on the fleet, judges them, and keeps the log. Logs JSON lines to stdout.')
  .option('--config <FILE>', 'configuration file (YAML); flags win over it')
  .option('--environment <NAME>', 'the environment that documents and nodes must name')
  .option('--listen-agents <HOST:PORT>', 'where agents connect (default 127.0.0.1:7401)')
  .option('--listen-operators <HOST:PORT>', 'where operators connect (default 127.0.0.1:7400)')
  .option('--store <FILE>', 'database file (default /var/lib/roulette-coordinator/coordinator.db)')
  .option(
    '--policy <DIR>',
    'the policy folder (default /etc/roulette/policy); without a good one every start is refused',
  )
  .option('--log-level <LEVEL>', 'debug, info, warn or error (default info)')
  .option('--with-parent', 'end when standard input closes');

async function main(): Promise<void> {
  process.title = 'roulette-coordinator';
  const flags: Flags = parseFlags(command);
  const config = readConfig(parseCoordinatorConfig, flags.config, {
    environment: flags.environment,
    'agents.listen': flags.listenAgents,
    'operators.listen': flags.listenOperators,
    store: flags.store,
    policy: flags.policy,
    logLevel: flags.logLevel,
  });
  const log = createLog('roulette-coordinator', config.logLevel);
  const server = await startCoordinator(config, { clock: systemClock, log });
  log.info({ agents: server.agents, operators: server.operators, environment: config.environment }, 'listening');
  process.on('SIGHUP', () => void server.reload());
  await serveUntilAskedToEnd({ log, withParent: flags.withParent ?? false, stop: () => server.stop() });
}

await runDaemon(main);
