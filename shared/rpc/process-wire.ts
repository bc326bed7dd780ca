// Processes, selectors and surveys between wire and domain.

import type { Pick, ProcessSelector } from '../domain/experiment.ts';
import type { ProcessIdentity, SkippedProcess } from '../domain/order.ts';
import type { Pick as WirePick, Pick__Output as WirePickOut } from './generated/roulette/v1/Pick.ts';
import type { Process as WireProcess, Process__Output as WireProcessOut } from './generated/roulette/v1/Process.ts';
import type {
  ProcessSelector as WireSelector,
  ProcessSelector__Output as WireSelectorOut,
} from './generated/roulette/v1/ProcessSelector.ts';
import type { SurveyResult, SurveyResult__Output } from './generated/roulette/v1/SurveyResult.ts';
import { orNull, present } from './absent.ts';

export function toWireSelector(selector: ProcessSelector): WireSelector {
  return { ...selector };
}

export function fromWireSelector(wire: WireSelectorOut): ProcessSelector {
  const { service, name, cmdline, exe, user, unit, cgroup, port, container } = wire;
  return present({ service, name, cmdline, exe, user, unit, cgroup, port, container });
}

export function toWirePick(pick: Pick): WirePick {
  switch (pick.kind) {
    case 'one':
      return { one: true };
    case 'all':
      return { all: true };
    case 'count':
      return { count: pick.count };
    case 'percent':
      return { percent: pick.percent };
  }
}

/** `null` for a pick of a kind that this version does not know. */
export function fromWirePick(wire: WirePickOut | null): Pick | null {
  switch (wire?.how) {
    case 'one':
    case 'all':
      return { kind: wire.how };
    case 'count':
      return { kind: 'count', count: wire.count ?? 0 };
    case 'percent':
      return { kind: 'percent', percent: wire.percent ?? 0 };
    case undefined:
      return null;
  }
}

export function toWireProcess(identity: ProcessIdentity): WireProcess {
  const { exe, unit, cgroup, service, argv, ports, ...rest } = identity;
  return { ...rest, argv: [...argv], ports: [...ports], ...present({ exe, unit, cgroup, service }) };
}

export function fromWireProcess(wire: WireProcessOut): ProcessIdentity {
  return {
    pid: wire.pid,
    startTicks: wire.startTicks,
    startedAt: wire.startedAt,
    name: wire.name,
    argv: wire.argv,
    exe: orNull(wire.exe),
    user: wire.user,
    unit: orNull(wire.unit),
    cgroup: orNull(wire.cgroup),
    service: orNull(wire.service),
    ports: wire.ports,
    ageRank: wire.ageRank,
    identity: wire.identity,
  };
}

export interface Survey {
  readonly matches: readonly ProcessIdentity[];
  readonly skipped: readonly SkippedProcess[];
}

export function toWireSurvey(survey: Survey): SurveyResult {
  return { matches: survey.matches.map((match) => toWireProcess(match)), skipped: [...survey.skipped] };
}

export function fromWireSurvey(wire: SurveyResult__Output | null): Survey {
  return {
    matches: (wire?.matches ?? []).map((match) => fromWireProcess(match)),
    skipped: fromWireSkipped(wire?.skipped ?? []),
  };
}

export function fromWireSkipped(wire: readonly SkippedProcess[]): SkippedProcess[] {
  return wire.map(({ pid, name, why }) => ({ pid, name, why }));
}
