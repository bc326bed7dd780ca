import type { FaultSpec } from './spec.ts';

export const cpuLoad = {
  kind: 'cpu-load',
  class: 'resource',
  summary: 'keeps a share of the chosen cores busy for the duration',
  description:
    'A child of the agent with one thread per chosen core burns the asked share of each core, on top of what runs there. It ends at ' +
    'its own deadline, when the agent ends it, or when the agent is gone.',
  hazard: 'medium',
  duration: 'required',
  processes: 'none',
  params: {
    load: { type: 'percent', doc: 'Share of each chosen core.', default: 0.8, min: 0.01, max: 1 },
    cores: {
      type: 'count',
      doc: 'How many cores, chosen by the seed; all when left out or when the node has fewer.',
      default: null,
      min: 1,
      max: 4096,
    },
    ramp: {
      type: 'duration',
      doc: 'Time over which the load grows from nothing to the asked share.',
      default: 0,
      min: 0,
      max: 3_600_000,
    },
  },
  needs: ['taskset'],
  locks: ['cpu'],
  lengthParam: null,
} as const satisfies FaultSpec;
