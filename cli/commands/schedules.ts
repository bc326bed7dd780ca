// `schedule add`, `list` and `remove`: experiments that are played again and again.

import { EXIT, RouletteError } from '../../shared/errors.ts';
import type { Schedule__Output } from '../../shared/rpc/generated/roulette/v1/Schedule.ts';
import { readDocument } from '../documents.ts';
import { moment, table } from '../render/table.ts';
import type { Outcome, Session } from '../session.ts';

export interface ScheduleOptions {
  readonly seed?: string;
  readonly as?: string;
}

export async function addSchedule({ io, json, operator }: Session, file: string, options: ScheduleOptions): Outcome {
  const { name, text } = await readDocument(file);
  const { seed, as } = options;
  const request = { document: text, file: name, requestedBy: as ?? io.user, ...(seed === undefined ? {} : { seed }) };
  const { schedule } = await operator().putSchedule(request);
  if (schedule === null) throw new RouletteError('INTERNAL', 'the coordinator did not say what it has added');
  if (json) io.out(JSON.stringify(schedule));
  else io.out(`${schedule.name}: ${schedule.cron} ${schedule.timezone}, next ${next(schedule)}`);
  return EXIT.done;
}

export async function listSchedules({ io, json, operator }: Session): Outcome {
  const { schedules } = await operator().listSchedules();
  if (json) io.out(JSON.stringify(schedules));
  else if (schedules.length === 0) io.err('no schedule');
  const rows = schedules.map((one) => [one.name, one.cron, one.timezone, next(one), one.seed, one.addedBy]);
  if (!json)
    for (const line of table(['experiment', 'cron', 'timezone', 'next', 'seed', 'in the name of'], rows)) io.out(line);
  return EXIT.done;
}

export async function removeSchedule({ io, json, operator }: Session, name: string, options: ScheduleOptions): Outcome {
  const { schedule } = await operator().removeSchedule({ name, requestedBy: options.as ?? io.user });
  io.out(json ? JSON.stringify(schedule) : `${name} fires no more`);
  return EXIT.done;
}

function next({ nextAt }: Schedule__Output): string {
  return nextAt === undefined ? 'never' : moment(nextAt);
}
