// Takes single steps. Everything here works on recorded identities: a name is never looked up again, and a PID is
// nothing without its start time.

import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { ProcessRef } from '../../shared/domain/order.ts';
import { packageRoot } from '../../shared/package-root.ts';
import type { Undo } from '../core/journal-records.ts';
import { liveStat, readStat } from '../targets/proc.ts';
import { readUdpPorts } from '../targets/udp-ports.ts';
import type { Step } from './contract.ts';
import { makeNetwork } from './network/links.ts';
import { findProgram, PROGRAM_ENVIRONMENT, runNow } from './programs.ts';

/**
 * What a step came to. `left`: nothing was touched, because the process was `gone` (it had ended, or its PID was
 * another's by then), or because somebody else had `stopped` it and our undo would wake it for them.
 */
export type StepResult =
  | { readonly kind: 'done'; readonly undo: Undo | null }
  | { readonly kind: 'left'; readonly pid: number; readonly why: 'gone' | 'stopped' };

/** What can be undone before the step is taken; null when that is nothing, or known only afterwards. */
export function undoOf(step: Step): Undo | null {
  switch (step.kind) {
    case 'signal': {
      const { pid, startTicks } = step.process;
      return step.undo === null ? null : { kind: 'signal', process: { pid, startTicks }, signal: step.undo };
    }
    case 'spawn':
      return null;
    case 'network':
      return { kind: 'network', name: step.objects.name };
    case 'link-down':
      return { kind: 'link-up', ...step.link };
  }
}

/** Whether a step that has failed may have been taken in part, so that its undo is due all the same. */
export function canBeHalfDone({ kind }: Step): boolean {
  return kind === 'network' || kind === 'link-down';
}

/** Throws when the kernel refuses. Nothing is awaited between the look at the process and the act. */
export function takeStep(step: Step): StepResult {
  switch (step.kind) {
    case 'signal':
      return sendSignal(step);
    case 'spawn':
      return { kind: 'done', undo: { kind: 'end-child', process: startProgram(step) } };
    case 'network':
      makeNetwork(step.objects);
      break;
    case 'link-down':
      runNow({ program: 'ip', args: ['link', 'set', 'dev', step.link.device, 'down'] });
  }
  return { kind: 'done', undo: undoOf(step) };
}

function sendSignal(step: Step & { kind: 'signal' }): StepResult {
  const { pid } = step.process;
  const stat = liveStat(step.process);
  if (stat === null) return { kind: 'left', pid, why: 'gone' };
  if (step.signal === 'SIGSTOP' && stat.state === 'T') return { kind: 'left', pid, why: 'stopped' };
  process.kill(pid, step.signal);
  return { kind: 'done', undo: undoOf(step) };
}

const PROGRAMS = { 'cpu-burner': 'burner', 'dns-responder': 'responder' } as const;

/** Ends by itself when its standard input closes, that is with the agent. */
function startProgram({ program, args, cpus, udpPort }: Step & { kind: 'spawn' }): ProcessRef {
  const script = path.join(packageRoot(), 'dist', 'agent', PROGRAMS[program], 'main.js');
  const [file, ...rest] = [...pinning(cpus), process.execPath, script, ...args];
  const child = spawn(file, rest, { stdio: ['pipe', 'ignore', 'ignore'], env: PROGRAM_ENVIRONMENT });
  const found = identify(child, program);
  if (udpPort !== null) untilListening(udpPort);
  return found;
}

/** Node is up in 50 ms, on a slow machine in seconds; nobody is to wait that long for the next step. */
const LISTENING_WITHIN_MS = 1000;
const POLL_MS = 5;

/** On IPv4, which it listens on last. Holds up everything, as steps do: what comes next counts on it. One that takes too long is not waited for. */
function untilListening(port: number): void {
  const nobody = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const deadline = performance.now() + LISTENING_WITHIN_MS;
  while (!readUdpPorts(['udp']).includes(port) && performance.now() < deadline) Atomics.wait(nobody, 0, 0, POLL_MS);
}

function pinning(cpus: readonly number[] | null): [] | [string, ...string[]] {
  if (cpus === null) return [];
  const taskset = findProgram('taskset');
  if (taskset === null) throw new Error('taskset (util-linux) is not installed');
  return [taskset, '--cpu-list', cpus.join(',')];
}

/** taskset becomes the program by exec, which keeps PID and start time (execve(2)). */
function identify(child: ChildProcess, program: string): ProcessRef {
  child.on('error', () => undefined);
  const stat = child.pid === undefined ? null : readStat(child.pid);
  if (stat === null) throw new Error(`${program} could not be started`);
  return { pid: stat.pid, startTicks: stat.startTicks };
}
