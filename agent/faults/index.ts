// The registry of implementations, one line per kind.

import type { FaultKind } from '../../shared/faults/index.ts';
import type { FaultImplementation } from '../effects/contract.ts';
import { cpuLoad } from './cpu-load.ts';
import { netCorrupt } from './net-corrupt.ts';
import { netDelay } from './net-delay.ts';
import { netDns } from './net-dns.ts';
import { netDown } from './net-down.ts';
import { netDuplicate } from './net-duplicate.ts';
import { netLoss } from './net-loss.ts';
import { netPartition } from './net-partition.ts';
import { netRate } from './net-rate.ts';
import { netReorder } from './net-reorder.ts';
import { netReset } from './net-reset.ts';
import { processKill } from './process-kill.ts';
import { processPause } from './process-pause.ts';

export const IMPLEMENTATIONS: Readonly<Record<FaultKind, FaultImplementation>> = {
  'cpu-load': cpuLoad,
  'net-corrupt': netCorrupt,
  'net-delay': netDelay,
  'net-dns': netDns,
  'net-down': netDown,
  'net-duplicate': netDuplicate,
  'net-loss': netLoss,
  'net-partition': netPartition,
  'net-rate': netRate,
  'net-reorder': netReorder,
  'net-reset': netReset,
  'process-kill': processKill,
  'process-pause': processPause,
};
