// Commands about runs: playing them, in one go or step by step, and looking at them.

import { Option, type Command } from 'commander';
import { approve, prepare, start, type ApproveOptions } from './commands/prepared.ts';
import { listRuns, replay, report, run, showRun, watch, type ReportOptions, type RunOptions } from './commands/runs.ts';
import { examples, RUN_ID, withName, withSeed, type Perform } from './program-parts.ts';

const DOCUMENT = 'the document; - reads standard input';

function withPlayOptions(command: Command): Command {
  return withName(command)
    .option('--yes', 'start without asking')
    .option('--detach', 'print the id of the run and do not wait for its end')
    .option('--samples', 'show every value of every monitor');
}

export function addPlayCommands(program: Command, perform: Perform): void {
  withSeed(withPlayOptions(program.command('run').argument('<file>', DOCUMENT)))
    .description('plans, confirms, gates, plays and judges; Ctrl-C halts the run')
    .addHelpText(
      'after',
      examples('roulette run kill.yaml', 'roulette run kill.yaml --seed friday --yes --json > timeline.jsonl'),
    )
    .action((file: string, options: RunOptions, command: Command) =>
      perform((session) => run(session, file, options), command),
    );
  withPlayOptions(program.command('replay').argument('<run>', RUN_ID))
    .description('the same document and seed again')
    .addHelpText('after', examples('roulette replay run-0123456789ab --yes'))
    .action((id: string, options: RunOptions, command: Command) =>
      perform((session) => replay(session, id, options), command),
    );
}

/** For runs that are not planned, approved and started in one go. */
export function addPreparedCommands(program: Command, perform: Perform): void {
  withSeed(withName(program.command('prepare').argument('<file>', DOCUMENT)))
    .option('--yes', 'prepare without asking')
    .description('plans and confirms, and leaves a run that others can approve and start until it expires')
    .addHelpText('after', examples('roulette prepare kill.yaml --seed friday'))
    .action((file: string, options: RunOptions, command: Command) =>
      perform((session) => prepare(session, file, options), command),
    );
  withName(program.command('approve').argument('<run>', RUN_ID))
    .option('--yes', 'approve without asking')
    .option('--comment <text>', 'goes into the audit log')
    .description('shows the plan of a prepared run, and approves of it')
    .addHelpText('after', examples("roulette approve run-0123456789ab --comment 'agreed with payments'"))
    .action((id: string, options: ApproveOptions, command: Command) =>
      perform((session) => approve(session, id, options), command),
    );
  withPlayOptions(program.command('start').argument('<run>', RUN_ID))
    .description('plays a prepared run; Ctrl-C halts it')
    .addHelpText('after', examples('roulette start run-0123456789ab --yes'))
    .action((id: string, options: RunOptions, command: Command) =>
      perform((session) => start(session, id, options), command),
    );
}

export function addRunCommands(program: Command, perform: Perform): void {
  program
    .command('runs')
    .description('the newest runs')
    .action((_options: object, command: Command) => perform(listRuns, command));
  program
    .command('show')
    .argument('<run>', RUN_ID)
    .description('one run: verdict, injections, what was asked and achieved')
    .action((id: string, _options: object, command: Command) => perform((session) => showRun(session, id), command));
  program
    .command('watch')
    .argument('<run>', RUN_ID)
    .option('--samples', 'show every value of every monitor')
    .description('one run live; Ctrl-C ends the watching only')
    .action((id: string, options: RunOptions, command: Command) =>
      perform((session) => watch(session, id, options), command),
    );
  program
    .command('report')
    .argument('<run>', RUN_ID)
    .addOption(
      new Option('--format <format>', 'how it is written (default: md; json with --json)').choices(['md', 'json']),
    )
    .option('-o, --output <file>', 'write to a file')
    .description('the evidence')
    .addHelpText(
      'after',
      examples('roulette report run-0123456789ab -o report.md', 'roulette report run-0123456789ab --json'),
    )
    .action((id: string, options: ReportOptions, command: Command) =>
      perform((session) => report(session, id, options), command),
    );
}
