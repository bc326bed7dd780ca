#!/usr/bin/env node
// roulette-agent: reverts what an earlier one left behind, then connects and takes orders until asked to end. With
// `doctor` or `clean` it only looks after what is left.

import path from 'node:path';
import { Command } from 'commander';
import { systemClock } from '../shared/clock.ts';
import { runDaemon, serveUntilAskedToEnd } from '../shared/daemon.ts';
import { EXIT } from '../shared/errors.ts';
import { createLog } from '../shared/log.ts';
import { packageRoot } from '../shared/package-root.ts';
import { readConfig } from '../shared/read-config.ts';
import { parseAgentConfig, type AgentConfig } from '../shared/schema/config.ts';
import { startAgent } from './agent.ts';
import { clean, countLeftovers, examine, formatExamination } from './doctor.ts';
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
  .enablePositionalOptions()
  .action(async () => runDaemon(serve));
addSettings(command).option('--with-parent', 'end when standard input closes');

addSettings(command.command('doctor'))
  .description('what this node can do, and what of Roulette is left on it; exit code 1 when something is')
  .option('--json', 'one JSON value instead of text')
  .action(async (flags: Flags & { readonly json?: boolean }) => runDaemon(() => doctor(flags, flags.json ?? false)));

addSettings(command.command('clean'))
  .description(
    'takes back what is left: by the journal when no agent is at work, and in the kernel what no injection explains',
  )
  .action(async (flags: Flags) => runDaemon(() => tidy(flags)));

function addSettings(to: Command): Command {
  return to
    .option('--config <FILE>', 'configuration file (YAML); flags win over it')
    .option('--node <NAME>', "this node's name, unique in the fleet")
    .option('--environment <NAME>', 'the environment that this node belongs to')
    .option('--coordinator <HOST:PORT>', 'where the coordinator takes agents')
    .option('--state-dir <DIR>', 'where the undo journal is kept (default /var/lib/roulette-agent)')
    .option('--guard <FILE>', "the node's veto (default /etc/roulette/guard.yaml); without it nothing is injected")
    .option('--log-level <LEVEL>', 'debug, info, warn or error (default info)')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.done : EXIT.usage))
    .showHelpAfterError('(--help tells the options)');
}

function configOf({ config, node, environment, coordinator, stateDir, guard, logLevel }: Flags): AgentConfig {
  return readConfig(parseAgentConfig, config, { node, environment, coordinator, stateDir, guard, logLevel });
}

async function serve(): Promise<void> {
  process.title = 'roulette-agent';
  const flags: Flags = command.opts();
  const config = configOf(flags);
  const log = createLog('roulette-agent', config.logLevel).child({ node: config.node });
  const keeper = [process.execPath, path.join(packageRoot(), 'dist', 'agent', 'keeper.js')] as const;
  const agent = await startAgent(config, { clock: systemClock, log, openJournal, keeper });
  await serveUntilAskedToEnd({ log, withParent: flags.withParent ?? false, stop: () => agent.stop() });
}

const LEFTOVERS_EXIT = 1;

async function doctor(flags: Flags, json: boolean): Promise<void> {
  const found = await examine(configOf(flags));
  const lines = json ? [JSON.stringify(found)] : formatExamination(found);
  process.stdout.write(`${lines.join('\n')}\n`);
  if (countLeftovers(found) > 0) process.exit(LEFTOVERS_EXIT);
}

async function tidy(flags: Flags): Promise<void> {
  const config = configOf(flags);
  const log = createLog('roulette-agent', config.logLevel).child({ node: config.node });
  const troubles = await clean(config, { openJournal, clock: systemClock, log });
  for (const trouble of troubles) process.stderr.write(`left: ${trouble}\n`);
  if (troubles.length > 0) process.exit(LEFTOVERS_EXIT);
}

await command.parseAsync();
