// The commands and their options; each hands over to a function in commands/ and exits with what that returns.

import { Command, CommanderError } from 'commander';
import { ERRORS, EXIT, RouletteError, messageOf, type ErrorCode, type ExitCode } from '../shared/errors.ts';
import { packageVersion } from '../shared/package-root.ts';
import { listAudit, verifyAudit } from './commands/audit.ts';
import { demo, type DemoOptions } from './commands/demo.ts';
import { plan, validate, type PlanOptions } from './commands/documents.ts';
import { forgetNode, listNodes, showFaults, showNode, type ForgetOptions } from './commands/fleet.ts';
import { halt, release, type HaltOptions } from './commands/halt.ts';
import { sayError, type Io } from './io.ts';
import { Operator } from './operator.ts';
import { examples, RUN_ID, withName, type Perform } from './program-parts.ts';
import { addPolicyCommands, addScheduleCommands } from './program-policy.ts';
import { addPlayCommands, addPreparedCommands, addRunCommands } from './program-runs.ts';
import type { Session } from './session.ts';
import { coordinatorAddress } from './settings.ts';

const EXAMPLES = `
Examples:
  roulette demo                                       see a game day on this machine
  roulette validate experiments/*.yaml                check documents
  roulette plan kill.yaml --seed friday               what would happen, to whom, when
  roulette run kill.yaml --seed friday                play it
  roulette halt --all                                 stop everything, everywhere, now
  roulette report run-0123456789ab -o report.md       keep the evidence`;

const EXIT_CODES = `
Exit codes:
  0 done, hypothesis held    1 hypothesis refuted       2 wrong usage or invalid document
  3 aborted                  4 refused                  5 coordinator unreachable
  6 inconclusive             70 internal error`;

/** Runs one command. Never throws: whatever goes wrong is said on stderr, and is the exit code. */
export async function main(argv: readonly string[], io: Io, environment: NodeJS.ProcessEnv): Promise<ExitCode> {
  const operators: Operator[] = [];
  let exit: ExitCode = EXIT.done;
  const program = createProgram(io, async (act, command) => {
    exit = await act(createSession(io, command, environment, operators));
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exit;
  } catch (error) {
    return sayWhatWentWrong(io, error, argv.includes('--json'));
  } finally {
    for (const operator of operators) operator.close();
  }
}

interface GlobalOptions {
  readonly coordinator?: string;
  readonly context?: string;
  readonly json?: boolean;
}

function createSession(io: Io, command: Command, environment: NodeJS.ProcessEnv, opened: Operator[]): Session {
  const options: GlobalOptions = command.optsWithGlobals();
  return {
    io,
    json: options.json ?? false,
    operator: () => {
      const [known] = opened;
      if (known !== undefined) return known;
      const operator = new Operator(coordinatorAddress(options, environment));
      opened.push(operator);
      return operator;
    },
  };
}

function sayWhatWentWrong(io: Io, error: unknown, json: boolean): ExitCode {
  if (error instanceof CommanderError) {
    // It has been said already, with the command's own usage.
    if (error.exitCode === 0) return EXIT.done;
    const said = error.code === 'commander.help' ? 'there is no command' : error.message.replace(/^error: /u, '');
    if (json) sayJson(io, 'USAGE_ARGUMENT', said);
    return EXIT.usage;
  }
  const code = error instanceof RouletteError ? error.code : 'INTERNAL';
  if (json) sayJson(io, code, messageOf(error));
  sayError(io, error);
  return ERRORS[code].exit;
}

function sayJson(io: Io, code: ErrorCode, message: string): void {
  io.out(JSON.stringify({ error: { code, message } }));
}

function createProgram(io: Io, perform: Perform): Command {
  const program = new Command('roulette')
    .description('Seeded, bounded, abortable fault injection for staging fleets of plain machines.')
    .version(packageVersion())
    .option(
      '--coordinator <host:port>',
      'the coordinator (default: $ROULETTE_COORDINATOR, the current context, 127.0.0.1:7400)',
    )
    .option(
      '--context <name>',
      'a context of the configuration file ($ROULETTE_CONFIG, ~/.config/roulette/config.yaml)',
    )
    .option('--json', 'one JSON value on stdout, or one a line for what streams')
    .option('--no-color', 'no colours')
    .addHelpText('after', `${EXAMPLES}\n${EXIT_CODES}`)
    .showHelpAfterError('(--help tells the commands and options)')
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.err(text.trimEnd()) })
    .exitOverride();
  addLocalCommands(program, perform);
  addFleetCommands(program, perform);
  addPlayCommands(program, perform);
  addPreparedCommands(program, perform);
  addRunCommands(program, perform);
  addLevers(program, perform);
  addPolicyCommands(program, perform);
  addScheduleCommands(program, perform);
  addAuditCommands(program, perform);
  // What the parent was told about output and errors holds for every command.
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)])
    command.copyInheritedSettings(program);
  return program;
}

function addLocalCommands(program: Command, perform: Perform): void {
  program
    .command('demo')
    .argument('[story]', 'game-day, or double-charge: a bug found, fixed, and shown to be fixed', 'game-day')
    .option('--dir <dir>', 'where configuration, logs and the report go (default: a new folder below .roulette/)')
    .description('plays a game day on a small marketplace on this machine')
    .action((story: string, options: DemoOptions, command: Command) =>
      perform((session) => demo(session, story, options), command),
    );
  program
    .command('validate')
    .argument('<file...>', 'documents; - reads standard input')
    .description('checks documents; no coordinator needed')
    .addHelpText(
      'after',
      examples('roulette validate kill.yaml pause.yaml', 'generate-experiment | roulette validate -'),
    )
    .action((files: string[], _options: object, command: Command) =>
      perform((session) => validate(session, files), command),
    );
  program
    .command('faults')
    .argument('[kind]', 'show one fault with its parameters')
    .description('the catalogue of faults')
    .addHelpText('after', examples('roulette faults', 'roulette faults cpu-load'))
    .action((kind: string | undefined, _options: object, command: Command) =>
      perform((session) => showFaults(session, kind), command),
    );
}

function addFleetCommands(program: Command, perform: Perform): void {
  program
    .command('nodes')
    .description('the fleet: labels, health, active injections')
    .action((_options: object, command: Command) => perform(listNodes, command));
  program
    .command('node')
    .argument('<name>', 'as `roulette nodes` lists it')
    .description('one node with its facts and capabilities')
    .action((name: string, _options: object, command: Command) =>
      perform((session) => showNode(session, name), command),
    );
  withName(program.command('forget').argument('<name>', 'as `roulette nodes` lists it'))
    .option('--reason <text>', 'why; goes into the audit log')
    .description('takes a node that is gone for good out of the fleet: until then it counts as impaired')
    .addHelpText('after', examples("roulette forget web-7 --reason 'the machine was returned'"))
    .action((name: string, options: ForgetOptions, command: Command) =>
      perform((session) => forgetNode(session, name, options), command),
    );
  program
    .command('plan')
    .argument('<file>', 'the document; - reads standard input')
    .option('--seed <seed>', "the seed (default: the document's, or else one is drawn)")
    .option(
      '--inventory <file>',
      'compile here against a fleet as `roulette nodes --json` printed it, without a coordinator',
    )
    .option('--environment <name>', "with --inventory: the coordinator's environment (default: the document's)")
    .option('--verdict', 'with --json: what the policy says, in the place of the plan')
    .option('--as <name>', 'for whom the policy is asked (default: the user)')
    .description('the exact schedule, which rules bind it, what would be refused and why, and the digest')
    .addHelpText(
      'after',
      examples(
        'roulette plan kill.yaml --seed friday',
        'roulette nodes --json > nodes.json && roulette plan kill.yaml --seed friday --inventory nodes.json --json',
      ),
    )
    .action((file: string, options: PlanOptions, command: Command) =>
      perform((session) => plan(session, file, options), command),
    );
}

function withReason(command: Command): Command {
  return withName(command)
    .option('--reason <text>', 'why; goes into the audit log')
    .option('--ref <ticket>', 'a ticket or the like');
}

function addLevers(program: Command, perform: Perform): void {
  withReason(program.command('halt').argument('[run]', RUN_ID))
    .option('--all', 'every injection of the whole fleet; no run starts until `roulette release`')
    .description('reverts all injections of a run, or of all; done (0) only when every node has confirmed, else 4')
    .addHelpText(
      'after',
      examples(
        "roulette halt run-0123456789ab --reason 'checkout is slow' --ref OPS-1",
        "roulette halt --all --reason 'incident in staging'",
      ),
    )
    .action((id: string | undefined, options: HaltOptions, command: Command) =>
      perform((session) => halt(session, id, options), command),
    );
  withReason(program.command('release'))
    .description('allows runs to start again after `roulette halt --all`')
    .addHelpText('after', examples("roulette release --reason 'incident is over' --ref OPS-1"))
    .action((options: HaltOptions, command: Command) => perform((session) => release(session, options), command));
}

function addAuditCommands(program: Command, perform: Perform): void {
  const audit = program.command('audit').description('the log of who decided what, and its proof');
  audit
    .command('list')
    .option('--run <run>', 'rows of one run')
    .description('the rows, oldest first')
    .addHelpText('after', examples('roulette audit list --run run-0123456789ab --json'))
    .action((options: { readonly run?: string }, command: Command) =>
      perform((session) => listAudit(session, options), command),
    );
  audit
    .command('verify')
    .description('reads the whole log and checks its chain')
    .action((_options: object, command: Command) => perform(verifyAudit, command));
}
