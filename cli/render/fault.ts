// One fault of the catalogue for people, from its spec.

import { CAPABILITIES, type Capability } from '../../shared/faults/capabilities.ts';
import type { FaultSpec, NeedWhen, ParamSpec, ParamType } from '../../shared/faults/spec.ts';
import { formatDuration } from '../../shared/units.ts';
import type { Paint } from '../io.ts';
import { formatParam } from './params.ts';
import { hanging, table } from './table.ts';

export function renderFault(spec: FaultSpec, paint: Paint): string[] {
  const params = Object.entries(spec.params).map(([name, param]) => [
    `  ${name}`,
    param.type,
    param.required === true ? 'required' : formatParam(param, param.default),
    valuesOf(param),
    param.doc,
  ]);
  return [
    `${paint.strong(spec.kind)}: ${spec.summary}`,
    '',
    spec.description,
    '',
    ...hanging([
      ['class', [spec.class]],
      ['duration', [durationOf(spec)]],
      ['target', [TARGETS[spec.processes]]],
      ['needs', needLines(spec)],
      ['locks', [spec.locks.map((lock) => LOCKS[lock]).join(', ') || 'nothing: several may be active at once']],
      ['hazard', [spec.hazard]],
      ...(params.length === 0 ? [['params', ['none']] as const] : []),
    ]),
    ...(params.length === 0 ? [] : ['', ...table(['  param', 'type', 'default', 'values', 'means'], params)]),
  ];
}

function durationOf({ duration, longestMs }: FaultSpec): string {
  if (duration === 'none') return 'none: it is over in an instant';
  return longestMs === undefined ? 'required' : `required, at most ${formatDuration(longestMs)}`;
}

const TARGETS = {
  required: 'processes',
  traffic: "the node itself; or processes: then all of their traffic, and nobody else's",
  none: 'the node itself',
} as const satisfies Record<FaultSpec['processes'], string>;

const LOCKS = {
  process: 'each chosen process',
  cpu: 'the cpu',
  interface: 'the interface',
  traffic: 'packets that another fault would shape too',
} as const satisfies Record<FaultSpec['locks'][number], string>;

function needLines({ needs, needsWhen = [] }: FaultSpec): string[] {
  const rows = [
    ...needs.map((need) => needRow(need, '')),
    ...needsWhen.flatMap(({ when, needs: further }) => further.map((need) => needRow(need, condition(when)))),
  ];
  return rows.length === 0 ? ['nothing'] : rows;
}

const NAME_WIDTH = Math.max(...Object.keys(CAPABILITIES).map((name) => name.length));

function needRow(need: Capability, when: string): string {
  return `${need.padEnd(NAME_WIDTH)}  ${CAPABILITIES[need]}${when}`;
}

function condition(when: NeedWhen['when']): string {
  return when === 'processes' ? ', for a target with processes' : `, with ${when.param} ${when.is.join(' or ')}`;
}

/** How values are written that no two numbers bound. */
const WRITTEN: Readonly<Partial<Record<ParamType, string>>> = {
  interface: 'eth0',
  peers: '10.0.0.5 10.0.0.0/8 db.example target:NAME',
  ports: '443 8000-8100',
  addresses: '192.0.2.1 2001:db8::1',
  names: 'payments.example',
};

export function valuesOf(param: ParamSpec): string {
  if (param.type === 'choice') return (param.choices ?? []).join(' ');
  return WRITTEN[param.type] ?? `${formatParam(param, param.min ?? null)} to ${formatParam(param, param.max ?? null)}`;
}
