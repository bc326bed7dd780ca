// The registry of implementations, one line per kind.

import type { FaultKind } from '../../shared/faults/index.ts';
import type { FaultImplementation } from '../effects/contract.ts';
import { cpuLoad } from './cpu-load.ts';
import { processKill } from './process-kill.ts';
import { processPause } from './process-pause.ts';

export const IMPLEMENTATIONS: Readonly<Record<FaultKind, FaultImplementation>> = {
  'cpu-load': cpuLoad,
  'process-kill': processKill,
  'process-pause': processPause,
};
