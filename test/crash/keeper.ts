// The keeper as it is, but for notes that let a crash happen at a named point: `keeper INSTRUCTION` and then what the
// agent adds.

import { writeSync } from 'node:fs';
import { systemClock } from '../../shared/clock.ts';
import { watchAgent } from '../../agent/keeper/watch.ts';
import { journalWithPoints } from './points.ts';

process.title = 'roulette-keeper';
const [instructions = '', journal = '', notes = '', pid = '', startTicks = ''] = process.argv.slice(2);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

await watchAgent(
  { journal, notes, agent: { pid: Number(pid), startTicks } },
  {
    clock: systemClock,
    openJournal: journalWithPoints(instructions, 'keeper', ({ signal }) => {
      writeSync(2, 'keeper "at the point"\n');
      process.kill(process.pid, signal);
    }),
    say: (fields, message) => process.stderr.write(`${JSON.stringify({ message, ...fields })}\n`),
  },
);
process.exit(0);
