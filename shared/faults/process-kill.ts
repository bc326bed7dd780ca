import type { FaultSpec } from './spec.ts';

export const processKill = {
  kind: 'process-kill',
  summary: 'sends a signal that ends the chosen processes',
  description:
    'Each chosen process gets the signal once. It is watched until it is gone, and then until a successor with the same ' +
    'service, argv and ports appears or the watch ends. There is nothing to undo: a supervisor brings the process back, or nobody does.',
  hazard: 'medium',
  duration: 'none',
  processes: 'required',
  params: {
    signal: {
      type: 'choice',
      doc: 'The signal; the default action of each of them ends the process.',
      default: 'KILL',
      choices: [
        'KILL',
        'TERM',
        'INT',
        'QUIT',
        'HUP',
        'ABRT',
        'SEGV',
        'BUS',
        'ILL',
        'FPE',
        'PIPE',
        'ALRM',
        'USR1',
        'USR2',
        'TRAP',
        'SYS',
        'XCPU',
        'XFSZ',
        'VTALRM',
        'PROF',
        'IO',
        'PWR',
        'STKFLT',
      ],
    },
    watch: {
      type: 'duration',
      doc: 'How long the death and the successor are waited for.',
      default: 10_000,
      min: 100,
      max: 600_000,
    },
  },
  needs: [],
  locks: ['process'],
  lengthParam: 'watch',
} as const satisfies FaultSpec;
