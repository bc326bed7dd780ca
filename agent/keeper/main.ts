// roulette-keeper: a tiny second process beside the agent, which starts it. It holds the other end of a pipe; when
// the agent is gone in any way, or does not move any more, it takes back what the agent's journal says is not, and
// exits. Nothing but Node's own modules is in it.
//
// argv: JOURNAL  NOTES  and the agent's PID and START TICKS

import { systemClock } from '../../shared/clock.ts';
import { openJournal } from '../effects/journal.ts';
import { watchAgent } from './watch.ts';

process.title = 'roulette-keeper';
const [journal = '', notes = '', pid = '', startTicks = ''] = process.argv.slice(2);

// Whoever signals all processes of a unit or a terminal ends the agent too; then the keeper is needed most.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
// With the agent gone there may be nobody at the other end of the pipe, or of the log.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

function readable(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value;
}

function say(fields: object, msg: string): void {
  const line = { level: 'warn', time: new Date().toISOString(), name: process.title, msg, ...fields };
  process.stderr.write(`${JSON.stringify(line, readable)}\n`);
}

const watched = { journal, notes, agent: { pid: Number(pid), startTicks } };
await watchAgent(watched, { clock: systemClock, openJournal, say });
process.exit(0);
