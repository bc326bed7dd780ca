// What the node does just now, cheaply: four small files of /proc a beat.

import type { NodeMetrics } from '../../shared/domain/node.ts';
import { readText } from '../targets/proc.ts';
import { readCpuTicks } from './host-probe.ts';

/** Each call measures the CPU since the call before. */
export function createMetricsReader(): () => NodeMetrics {
  let before = sumTicks();
  return () => {
    const now = sumTicks();
    const total = now.total - before.total;
    const cpuBusy = total > 0 ? (now.busy - before.busy) / total : 0;
    before = now;
    return {
      cpuBusy,
      memoryUsedBytes: readUsedMemory(),
      load1: Number((readText('/proc/loadavg') ?? '0').split(' ')[0]),
      agentRssBytes: process.memoryUsage.rss(),
    };
  };
}

function sumTicks(): { busy: number; total: number } {
  const sum = { busy: 0, total: 0 };
  for (const { busy, total } of readCpuTicks().values()) {
    sum.busy += busy;
    sum.total += total;
  }
  return sum;
}

/** What is not available to new work (MemAvailable, proc(5)). */
function readUsedMemory(): number {
  const text = readText('/proc/meminfo') ?? '';
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'mu').exec(text)?.[1] ?? 0);
  return (kilobytes('MemTotal') - kilobytes('MemAvailable')) * 1024;
}
