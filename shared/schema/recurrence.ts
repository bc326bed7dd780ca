// When an experiment is played by itself: { cron: '0 10 * * mon-thu', timezone: Europe/Berlin }.

import { z } from 'zod';
import type { Recurrence } from '../domain/schedule.ts';
import { troubleWithCron } from '../recurrence.ts';
import { timezone } from './hours.ts';
import { complain, object, text } from './reader.ts';

const cron: z.ZodType<string> = text.transform((value, context): string => {
  const trouble = troubleWithCron(value);
  if (trouble === null) return value;
  complain(context, trouble);
  return z.NEVER;
});

export const recurrence: z.ZodType<Recurrence> = object('schedule', { cron, timezone });
