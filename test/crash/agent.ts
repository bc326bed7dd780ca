// The agent as it is, but for a journal that lets a crash happen at a named point:
// `agent CONFIG INSTRUCTION KEEPER_PROGRAM`. Prints `at the point` when it is there.

import { readFileSync, readdirSync, writeSync } from 'node:fs';
import { startAgent } from '../../agent/agent.ts';
import { readStat } from '../../agent/targets/proc.ts';
import { systemClock } from '../../shared/clock.ts';
import { untilAskedToEnd } from '../../shared/daemon.ts';
import { createLog } from '../../shared/log.ts';
import { readConfig } from '../../shared/read-config.ts';
import { parseAgentConfig } from '../../shared/schema/config.ts';
import { journalWithPoints, type Instruction } from './points.ts';

process.title = 'roulette-agent';
const [file = '', instructions = '', keeperProgram = ''] = process.argv.slice(2);
const log = createLog('roulette-agent', 'info');

/** Children are listed by the kernel (proc(5), task/TID/children). */
function keeperPid(): number {
  const tasks = readdirSync('/proc/self/task');
  const children = tasks.flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').trim().split(' '));
  const keepers = children.map(Number).filter((pid) => pid > 0 && readStat(pid)?.name.startsWith('roulette-keep'));
  return keepers[0] ?? 0;
}

function act({ signal, to }: Instruction): void {
  writeSync(1, `{"msg":"at the point"}\n`);
  for (const whom of to) {
    const pid = whom === 'self' ? process.pid : whom === 'keeper' ? keeperPid() : whom;
    try {
      if (pid > 0) process.kill(pid, signal);
    } catch {
      // A target that the fault has ended already.
    }
  }
}

const agent = await startAgent(readConfig(parseAgentConfig, file, {}), {
  clock: systemClock,
  log,
  openJournal: journalWithPoints(instructions, 'agent', act),
  keeper: [process.execPath, keeperProgram, instructions],
});
await untilAskedToEnd(true);
await agent.stop();
