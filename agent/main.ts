#!/usr/bin/env node
// roulette-agent: reverts what an earlier one left behind, then connects and takes orders until asked to end.

import path from 'node:path';
import { Command } from 'commander';
import { systemClock } from '../shared/clock.ts';
import { parseFlags, runDaemon, untilAskedToEnd } from '../shared/daemon.ts';
import { createLog } from '../shared/log.ts';
import { packageRoot } from '../shared/package-root.ts';
import { readConfig } from '../shared/read-config.ts';
import { parseAgentConfig } from '../shared/schema/config.ts';
import { startAgent } from './agent.ts';
import { openJournal } from './effects/journal.ts';

interface Flags {
  readonly config?: string;
  readonly node?: string;
  readonly environment?: string;
  readonly coordinator?: string;
  readonly stateDir?: string;
  readonly guard?: string;
  readonly logLevel?: string;
  readonly withParent?: boolean;
}

const command = new Command('roulette-agent')
  .description(
    'Injects faults on this node on order of the coordinator, and takes them back. Logs JSON lines to stdout.',
  )
  .option('--config <FILE>', 'configuration file (YAML); flags win over it')
  .option('--node <NAME>', "this node's name, unique in the fleet")
  .option('--environment <NAME>', 'the environment that this node belongs to')
  .option('--coordinator <HOST:PORT>', 'where the coordinator takes agents')
  .option('--state-dir <DIR>', 'where the undo journal is kept (default /var/lib/roulette-agent)')
  .option('--guard <FILE>', "the node's veto (default /etc/roulette/guard.yaml); without it nothing is injected")
  .option('--log-level <LEVEL>', 'debug, info, warn or error (default info)')
  .option('--with-parent', 'end when standard input closes');

async function main(): Promise<void> {
  process.title = 'roulette-agent';
  const flags: Flags = parseFlags(command);
  const config = readConfig(parseAgentConfig, flags.config, {
    node: flags.node,
    environment: flags.environment,
    coordinator: flags.coordinator,
    stateDir: flags.stateDir,
    guard: flags.guard,
    logLevel: flags.logLevel,
  });
  const log = createLog('roulette-agent', config.logLevel).child({ node: config.node });
  const keeper = [process.execPath, path.join(packageRoot(), 'dist', 'agent', 'keeper.js')] as const;
  const agent = await startAgent(config, { clock: systemClock, log, openJournal, keeper });
  const why = await untilAskedToEnd(flags.withParent ?? false);
  log.info({ why }, 'stopping');
  await agent.stop();
}

await runDaemon(main);
