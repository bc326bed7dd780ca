// Takes single steps. Everything here works on recorded identities: a name is never looked up again, and a PID is
// nothing without its start time.

import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { ProcessRef } from '../../shared/domain/order.ts';
import { packageRoot } from '../../shared/package-root.ts';
import type { Undo } from '../core/journal-records.ts';
import { liveStat, readStat } from '../targets/proc.ts';
import type { Step } from './contract.ts';
import { findProgram } from './host-facts.ts';

/**
 * What a step came to. `left`: nothing was touched, because the process was `gone` (it had ended, or its PID was
 * another's by then), or because somebody else had `stopped` it and our undo would wake it for them.
 */
export type StepResult =
  | { readonly kind: 'done'; readonly undo: Undo | null }
  | { readonly kind: 'left'; readonly pid: number; readonly why: 'gone' | 'stopped' };

/** What can be undone before the step is taken; null when that is nothing, or known only afterwards. */
export function undoOf(step: Step): Undo | null {
  if (step.kind !== 'signal' || step.undo === null) return null;
  const { pid, startTicks } = step.process;
  return { kind: 'signal', process: { pid, startTicks }, signal: step.undo };
}

/** Throws when the kernel refuses. Nothing is awaited between the look at the process and the act. */
export function takeStep(step: Step): StepResult {
  if (step.kind === 'spawn') return { kind: 'done', undo: { kind: 'end-child', process: startProgram(step) } };
  const { pid } = step.process;
  const stat = liveStat(step.process);
  if (stat === null) return { kind: 'left', pid, why: 'gone' };
  if (step.signal === 'SIGSTOP' && stat.state === 'T') return { kind: 'left', pid, why: 'stopped' };
  process.kill(pid, step.signal);
  return { kind: 'done', undo: undoOf(step) };
}

/** Ends by itself when its standard input closes, that is with the agent. */
function startProgram({ program, args, cpus }: Step & { kind: 'spawn' }): ProcessRef {
  const taskset = findProgram('taskset');
  if (taskset === null) throw new Error('taskset (util-linux) is not installed');
  const script = path.join(packageRoot(), 'dist', 'agent', program === 'cpu-burner' ? 'burner' : program, 'main.js');
  const child = spawn(taskset, ['--cpu-list', cpus.join(','), process.execPath, script, ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
  });
  return identify(child, program);
}

/** taskset becomes the program by exec, which keeps PID and start time (execve(2)). */
function identify(child: ChildProcess, program: string): ProcessRef {
  child.on('error', () => undefined);
  const stat = child.pid === undefined ? null : readStat(child.pid);
  if (stat === null) throw new Error(`${program} could not be started`);
  return { pid: stat.pid, startTicks: stat.startTicks };
}
