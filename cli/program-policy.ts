// Commands about the policy, and about what is played by itself.

import type { Command } from 'commander';
import { checkPolicy, testPolicy } from './commands/policy.ts';
import { reloadPolicy, showPolicy } from './commands/policy-in-force.ts';
import { addSchedule, listSchedules, removeSchedule, type ScheduleOptions } from './commands/schedules.ts';
import { examples, withName, withSeed, type Perform } from './program-parts.ts';

export function addPolicyCommands(program: Command, perform: Perform): void {
  const policy = program.command('policy').description('what may be broken at once, by whom, when');
  policy
    .command('show')
    .description('the policy in force, what its rules count just now, and what is reserved')
    .action((_options: object, command: Command) => perform(showPolicy, command));
  withName(policy.command('reload'))
    .description('makes the coordinator read its policy folder again; one that is not valid changes nothing')
    .action((options: { readonly as?: string }, command: Command) =>
      perform((session) => reloadPolicy(session, options), command),
    );
  policy
    .command('check')
    .argument('<dir>', 'the folder of the policy')
    .description('checks a folder; no coordinator needed')
    .addHelpText('after', examples('roulette policy check policy/'))
    .action((folder: string, _options: object, command: Command) =>
      perform((session) => checkPolicy(session, folder), command),
    );
  policy
    .command('test')
    .argument('<dir>', 'the folder of the policy, with tests in files *.test.yaml')
    .description('checks a folder and plays its tests; no coordinator needed')
    .addHelpText('after', examples('roulette policy test policy/', 'roulette policy test policy/ --json'))
    .action((folder: string, _options: object, command: Command) =>
      perform((session) => testPolicy(session, folder), command),
    );
}

export function addScheduleCommands(program: Command, perform: Perform): void {
  const schedule = program.command('schedule').description('experiments that are played again and again');
  withSeed(withName(schedule.command('add').argument('<file>', 'a document with a `schedule`; - reads standard input')))
    .description('plays a document at its times from now on; replaces the schedule of the same experiment')
    .addHelpText('after', examples('roulette schedule add nightly.yaml --seed nightly'))
    .action((file: string, options: ScheduleOptions, command: Command) =>
      perform((session) => addSchedule(session, file, options), command),
    );
  schedule
    .command('list')
    .description('all of them, with the time at which each fires next')
    .action((_options: object, command: Command) => perform(listSchedules, command));
  withName(schedule.command('remove').argument('<name>', 'that of its experiment'))
    .description('plays it no more; runs that have begun go on')
    .action((name: string, options: ScheduleOptions, command: Command) =>
      perform((session) => removeSchedule(session, name, options), command),
    );
}
