import type { FaultSpec } from './spec.ts';

export const processPause = {
  kind: 'process-pause',
  class: 'pause',
  summary: 'stops the chosen processes, and lets them go on after the duration',
  description:
    'Each chosen process gets SIGSTOP: it keeps its memory, its sockets and its locks but does nothing. SIGCONT lets it go on at ' +
    'the end. If that fails the process stays stopped; `kill -CONT PID` on the node frees it.',
  hazard: 'medium',
  duration: 'required',
  processes: 'required',
  params: {},
  needs: [],
  locks: ['process'],
  lengthParam: null,
} as const satisfies FaultSpec;
