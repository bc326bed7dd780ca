import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatParam } from '../../cli/render/params.ts';
import { valuesOf } from '../../cli/render/fault.ts';
import { FAULT_KINDS, faultSpec } from '../../shared/faults/index.ts';
import { trafficParams } from '../../shared/faults/traffic-params.ts';
import { packageRoot } from '../../shared/package-root.ts';
import { parseExperiment } from '../../shared/schema/document.ts';
import { formatIssue } from '../../shared/schema/source.ts';

function read(page: string): string {
  return readFileSync(path.join(packageRoot(), 'docs', page), 'utf8');
}

function complaints(document: string): string[] {
  const parsed = parseExperiment(document, 'example.yaml');
  return parsed.ok ? [] : parsed.issues.map((issue) => formatIssue(issue));
}

function blocks(page: string): string[] {
  return [...read(page).matchAll(/^```yaml\n(?<text>.*?)^```$/gmsu)].map(({ groups }) => groups?.['text'] ?? '');
}

/** An example of a step stands in the documentation without the document around it. */
function around(step: string): string {
  return `apiVersion: roulette/v1
kind: Experiment
name: example
owner: ana
environment: staging
hypothesis: It holds.
targets:
  orders: { nodes: { role: orders } }
  payments: { nodes: { role: payments } }
  checkout: { nodes: { role: shop }, processes: { unit: checkout.service } }
monitors:
  up: { http: { url: 'http://127.0.0.1:8080/', rate: 1/s } }
steadyState: [up >= 95%]
stages:
  - name: smoke
    steps:
      ${step}
`;
}

/** Each from its dash to the line before the next; long ones stand on several lines. */
const STEPS = blocks('network-faults.md')
  .flatMap((block) => [...block.matchAll(/^- .*(?:\n {2}.*)*/gmu)])
  .map(([step]) => step.replaceAll('\n', '\n      '));

describe('the pages', () => {
  it('have whole documents that are valid', () => {
    const whole = blocks('experiment.md').filter((block) => block.startsWith('apiVersion:'));

    expect(whole).toHaveLength(1);
    expect(whole.flatMap((block) => complaints(block))).toEqual([]);
  });

  it.each(STEPS)('have steps that are valid: %s', (step) => {
    expect(complaints(around(step))).toEqual([]);
  });

  it('have an example of each fault of the network', () => {
    const shown = STEPS.map((step) => /fault: (?<kind>[a-z-]+)/u.exec(step)?.groups?.['kind'] ?? '');

    expect(FAULT_KINDS.filter((kind) => kind.startsWith('net-') && !shown.includes(kind))).toEqual([]);
  });
});

/** Cells of the rows that begin with the name of a fault and that of a parameter. */
function documentedParams(): string[][] {
  return read('network-faults.md')
    .split('\n')
    .filter((line) => /^\| `net-[a-z]+` +\| `/u.test(line))
    .map((line) =>
      line
        .replaceAll('`', '')
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe('the page on faults of the network', () => {
  it('has every parameter of every one of them, as its spec has it', () => {
    const filters = Object.keys(trafficParams('out'));
    const specified = FAULT_KINDS.filter((kind) => kind.startsWith('net-')).flatMap((kind) =>
      Object.entries(faultSpec(kind).params)
        .filter(([name, { required }]) => required === true || !filters.includes(name))
        .map(([name, param]) => [
          kind,
          name,
          valuesOf(param),
          param.required === true ? 'required' : formatParam(param, param.default),
          param.doc.replaceAll('`', ''),
        ]),
    );

    expect(documentedParams()).toEqual(specified);
  });

  it('says rightly which have filters', () => {
    const filters = Object.keys(trafficParams('out'));
    const lacking = FAULT_KINDS.filter((kind) => kind.startsWith('net-')).map((kind) => [
      kind,
      filters.filter((name) => !Object.hasOwn(faultSpec(kind).params, name)),
    ]);

    expect(lacking.filter(([, names = []]) => names.length > 0)).toEqual([
      ['net-dns', filters],
      ['net-down', filters.filter((name) => name !== 'interface')],
      ['net-reset', ['protocol']],
    ]);
  });
});
