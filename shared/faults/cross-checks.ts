// What each parameter alone allows and all of them together do not. Documents and orders are checked by the same words.

import type { FaultParams, ProcessSelector } from '../domain/experiment.ts';
import { faultSpec, type FaultKind } from './index.ts';
import { isOnlyUser } from './spec.ts';

export interface ParamTrouble {
  readonly param: string;
  readonly message: string;
}

type Check = (use: Use) => ParamTrouble | null;

interface Use {
  readonly kind: FaultKind;
  readonly params: FaultParams;
  readonly processes: ProcessSelector | null;
}

/** Of complete, normalised parameters; null when they go together. */
export function troubleWithUse(
  kind: FaultKind,
  params: FaultParams,
  processes: ProcessSelector | null,
): ParamTrouble | null {
  for (const check of CHECKS) {
    const trouble = check({ kind, params, processes });
    if (trouble !== null) return trouble;
  }
  return null;
}

const CHECKS: readonly Check[] = [portsNeedTransport, jitterWithinDelay, addressesGoWithAnswer, inboundOfProcesses];

function portsNeedTransport({ params }: Use): ParamTrouble | null {
  if (params['protocol'] !== 'icmp') return null;
  const param = ['ports', 'localPorts'].find((name) => lengthOf(params[name]) > 0);
  return param === undefined ? null : { param, message: 'ICMP has no ports: leave them out, or name tcp or udp' };
}

function jitterWithinDelay({ params }: Use): ParamTrouble | null {
  const { jitter, delay } = params;
  if (typeof jitter !== 'number' || typeof delay !== 'number' || jitter <= delay) return null;
  return { param: 'jitter', message: 'must not be longer than `delay`: no packet can leave before it came' };
}

function addressesGoWithAnswer({ kind, params }: Use): ParamTrouble | null {
  if (kind !== 'net-dns') return null;
  const [has, wanted] = [lengthOf(params['addresses']) > 0, params['answer'] === 'address'];
  if (has === wanted) return null;
  const message = wanted ? 'are needed for the answer `address`' : 'go with the answer `address` alone';
  return { param: 'addresses', message };
}

/**
 * On its way in a packet passes the queues before the kernel knows whose it is; only what is decided at the socket
 * can tell. Of a user's packets even that knows only those that leave.
 */
function inboundOfProcesses({ kind, params, processes }: Use): ParamTrouble | null {
  if (processes === null || params['direction'] === undefined || params['direction'] === 'out') return null;
  if (isOnlyUser(processes)) {
    return {
      param: 'direction',
      message: 'the traffic of a user can be told only on its way out: say `direction: out`',
    };
  }
  const isQueued = faultSpec(kind).locks.includes('traffic') && params['model'] !== 'random';
  if (!isQueued) return null;
  return {
    param: 'direction',
    message: `${kind} on the traffic of chosen processes works only on its way out: say \`direction: out\``,
  };
}

function lengthOf(value: FaultParams[string] | undefined): number {
  return typeof value === 'object' && value !== null ? value.length : 0;
}
