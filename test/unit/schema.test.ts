import { describe, expect, it } from 'vitest';
import { parseAgentConfig, parseCliConfig, parseCoordinatorConfig } from '../../shared/schema/config.ts';
import { parseExperiment } from '../../shared/schema/document.ts';
import { parseInventory } from '../../shared/schema/inventory.ts';
import { formatIssue, type DocumentIssue } from '../../shared/schema/source.ts';
import { buildDocument, changeDocument, FULL, withMonitor, withStep } from '../support/documents.ts';

type Answer = { readonly ok: true } | { readonly ok: false; readonly issues: readonly DocumentIssue[] };

function refusals(answer: Answer): string[] {
  return answer.ok ? [] : answer.issues.map((issue) => formatIssue(issue));
}

function withCron(cron: string): string {
  return `${buildDocument()}schedule: { cron: "${cron}", timezone: UTC }\n`;
}

/** What is wrong, the document, and every line that is printed of it. */
const REFUSED: [string, string, string[]][] = [
  ['an empty file', '', ['x.yaml:1:1: the document is empty']],
  ['a file of comments only', '# nothing\n', ['x.yaml:1:1: the document is empty']],
  ['a list instead of an object', '- 1\n', ['x.yaml:1:1: expected an experiment (an object)']],
  [
    'two documents',
    `${buildDocument()}---\na: 1\n`,
    ['x.yaml:27:1: one file holds one document; this is a second one'],
  ],
  [
    'text that is no YAML',
    changeDocument('owner: ana', 'owner: [ana'),
    ['x.yaml:5:1: Flow sequence in block collection must be sufficiently indented and end with a ]'],
  ],
  [
    'a tab as indentation',
    changeDocument('    nodes: all', '\tnodes: all'),
    ['x.yaml:12:1: Tabs are not allowed as indentation'],
  ],
  [
    'a duplicate key',
    changeDocument('owner: ana', 'owner: ana\nowner: bob'),
    ['x.yaml:5:1: the key `owner` is here for the second time'],
  ],
  [
    'a duplicate key that is a number once and a text once',
    changeDocument('nodes: all', 'nodes: { 1: a, "1": b }'),
    ['x.yaml:12:20: the key `1` is here for the second time'],
  ],
  [
    'a duplicate key in JSON',
    '{"kind":"Experiment","kind":"Experiment"}',
    ['x.yaml:1:22: the key `kind` is here for the second time'],
  ],
  ['a tag', changeDocument('owner: ana', 'owner: !secret ana'), ['x.yaml:4:8: Unresolved tag: !secret']],
  [
    'an alias without an anchor',
    changeDocument('owner: ana', 'owner: *ana'),
    ['x.yaml:4:8: there is no anchor `&ana` before this alias'],
  ],
  [
    'an alias within its own anchor',
    changeDocument('nodes: { role: orders }', 'nodes: &a { role: [*a] }'),
    ['x.yaml:9:24: the alias stands within `&a` itself'],
  ],
  [
    'aliases that multiply',
    `a: &a [1, 1, 1]\nb: &b [${'*a, '.repeat(20)}]\nc: [${'*b, '.repeat(20)}]\n`,
    ['x.yaml:1:1: aliases stand for more than 100 copies'],
  ],
  [
    'more aliases than anybody writes',
    `a: &a 1\nb: *a\nl: [${'*a, '.repeat(100)}]\n`,
    ['x.yaml:3:401: aliases stand for more than 100 copies'],
  ],
  [
    'too deep nesting',
    changeDocument('hypothesis: orders survive', `hypothesis: ${'['.repeat(60)}${']'.repeat(60)}`),
    ['x.yaml:1:1: lists and objects are nested more than 50 deep'],
  ],
  ['infinity', changeDocument('owner: ana', 'owner: .inf'), ['x.yaml:4:8: .inf is no number that can be used here']],
  ['a key that is a list', changeDocument('owner: ana', '[owner]: ana'), ['x.yaml:4:1: a key must be a text']],
  [
    'a merge key',
    changeDocument('owner: ana', 'owner: ana\n<<: { seed: a }'),
    ['x.yaml:5:1: `<<` is not a key of an experiment'],
  ],
  [
    'the key __proto__',
    changeDocument('owner: ana', 'owner: ana\n__proto__: {}'),
    ['x.yaml:5:1: `__proto__` cannot be a key'],
  ],
  ['a missing key', changeDocument('owner: ana\n', ''), ['x.yaml:1:1: owner: is missing: expected a text']],
  [
    'several missing keys, each by name',
    'apiVersion: roulette/v1\nkind: Experiment\n',
    [
      'x.yaml:1:1: name: is missing: expected a name of a-z, 0-9 and -',
      'x.yaml:1:1: owner: is missing: expected a text',
      'x.yaml:1:1: environment: is missing: expected a text',
      'x.yaml:1:1: hypothesis: is missing: expected a text',
      'x.yaml:1:1: targets: is missing: expected targets by name (an object)',
      'x.yaml:1:1: monitors: is missing: expected monitors by name (an object)',
      'x.yaml:1:1: steadyState: is missing: expected a list of conditions',
      'x.yaml:1:1: stages: is missing: expected a list of stages',
    ],
  ],
  [
    'another API version',
    changeDocument('roulette/v1', 'roulette/v2'),
    ['x.yaml:1:13: apiVersion: expected one of roulette/v1, not "roulette/v2"'],
  ],
  [
    'a name with capitals',
    changeDocument('name: kill-orders', 'name: Kill'),
    ['x.yaml:3:7: name: expected a name of a-z, 0-9 and -, not "Kill"'],
  ],
  ['an empty text', changeDocument('owner: ana', "owner: ' '"), ['x.yaml:4:8: owner: expected a text, not " "']],
  [
    'a number where a text belongs',
    changeDocument('owner: ana', 'owner: 7'),
    ['x.yaml:4:8: owner: expected a text, not 7'],
  ],
  [
    'an unknown key, with what was meant',
    changeDocument('baseline: 10s', 'basline: 10s'),
    ['x.yaml:20:1: `basline` is not a key of an experiment; did you mean `baseline`?'],
  ],
  [
    'an unknown key that is like none',
    changeDocument('baseline: 10s', 'zzzzzz: 10s'),
    ['x.yaml:20:1: `zzzzzz` is not a key of an experiment'],
  ],
  [
    'an unknown key of a target',
    changeDocument('nodes: all', 'nodes: all\n    procesess: {}'),
    ['x.yaml:13:5: targets.machines: `procesess` is not a key of a target; did you mean `processes`?'],
  ],
  [
    'an unknown key of a step',
    withStep('{ fault: process-kill, target: orders, mod: one }'),
    ['x.yaml:26:48: stages[0].steps[0]: `mod` is not a key of a step; did you mean `mode`?'],
  ],
  [
    'a duration without a unit',
    changeDocument('baseline: 10s', 'baseline: 10'),
    ['x.yaml:20:11: baseline: expected a duration such as 500ms, 30s or 2m, not 10'],
  ],
  [
    'a duration in an unknown unit',
    changeDocument('baseline: 10s', 'baseline: 10d'),
    ['x.yaml:20:11: baseline: expected a duration such as 500ms, 30s or 2m, not "10d"'],
  ],
  [
    'a duration longer than a week',
    changeDocument('baseline: 10s', 'baseline: 169h'),
    ['x.yaml:20:11: baseline: expected a duration such as 500ms, 30s or 2m, not "169h"'],
  ],
  [
    'a part of a millisecond',
    changeDocument('baseline: 10s', 'baseline: 1.5ms'),
    ['x.yaml:20:11: baseline: expected a duration such as 500ms, 30s or 2m, not "1.5ms"'],
  ],
  [
    'no time to recover',
    `${buildDocument()}recovery: { within: 0s }\n`,
    ['x.yaml:27:21: recovery.within: expected a duration greater than 0, such as 500ms, 30s or 2m, not "0s"'],
  ],
  [
    'the key traffic',
    `${buildDocument()}traffic: 1\n`,
    ['x.yaml:27:1: traffic: `traffic` is not built yet; remove it'],
  ],
  [
    'the key rollback',
    `${buildDocument()}rollback: 1\n`,
    ['x.yaml:27:1: rollback: `rollback` is not built yet; remove it'],
  ],
  ['the key notify', `${buildDocument()}notify: 1\n`, ['x.yaml:27:1: notify: `notify` is not built yet; remove it']],
  ['a window that is no hours', `${buildDocument()}window: 1\n`, ['x.yaml:27:9: window: expected hours (an object)']],
  ['no windows', `${buildDocument()}window: []\n`, ['x.yaml:27:9: window: expected a list of hours that is not empty']],
  [
    'a window that never was, among others',
    `${buildDocument()}window:\n  - { days: mon, from: "09:00", to: "17:00", timezone: UTC }\n  - { days: mon, from: "25:00", to: "17:00", timezone: Mars }\n`,
    [
      'x.yaml:29:24: window[1].from: expected a time of day in quotes, such as "09:00", not "25:00"',
      'x.yaml:29:56: window[1].timezone: expected a time zone such as Europe/Berlin or UTC, not "Mars"',
    ],
  ],
  [
    'more approvals than anybody gives',
    `${buildDocument()}approvals: 21\n`,
    ['x.yaml:27:12: approvals: expected a whole number from 0 to 20, not 21'],
  ],
  [
    'a schedule without a time zone',
    `${buildDocument()}schedule: { cron: "0 10 * * *" }\n`,
    ['x.yaml:27:11: schedule.timezone: is missing: expected a time zone such as Europe/Berlin or UTC'],
  ],
  [
    'a schedule of six fields',
    withCron('0 0 10 * * *'),
    [
      'x.yaml:27:19: schedule.cron: needs five fields: minute, hour, day of the month, month and day of the week; `0 10 * * mon-thu` is at ten on these days',
    ],
  ],
  [
    'a schedule by a nickname',
    withCron('@daily'),
    [
      'x.yaml:27:19: schedule.cron: needs five fields: minute, hour, day of the month, month and day of the week; `0 10 * * mon-thu` is at ten on these days',
    ],
  ],
  [
    'a schedule at an hour that no day has',
    withCron('0 24 * * *'),
    ['x.yaml:27:19: schedule.cron: has a wrong hour, `24`: expected 0-23, a list, a range, or a step such as */2'],
  ],
  [
    'a schedule on a day that no month has',
    withCron('0 0 32 * *'),
    [
      'x.yaml:27:19: schedule.cron: has a wrong day of the month, `32`: expected 1-31 or L, a list, a range, or a step such as */2',
    ],
  ],
  [
    'a schedule on 30 February',
    withCron('0 0 30 2 *'),
    ['x.yaml:27:19: schedule.cron: never fires: there is no such day'],
  ],
  [
    'slack that is no duration',
    withStep('{ fault: process-kill, target: orders, slack: 5 }'),
    ['x.yaml:26:55: stages[0].steps[0].slack: expected a duration such as 500ms, 30s or 2m, not 5'],
  ],
  [
    'a Prometheus monitor',
    withMonitor('{ prometheus: { query: up } }'),
    ['x.yaml:16:12: monitors.extra.prometheus: monitors of kind `prometheus` are not built yet; remove it'],
  ],
  [
    'a TCP monitor',
    withMonitor('{ tcp: { port: 80 } }'),
    ['x.yaml:16:12: monitors.extra.tcp: monitors of kind `tcp` are not built yet; remove it'],
  ],
  [
    'a command monitor',
    withMonitor('{ command: df }'),
    ['x.yaml:16:12: monitors.extra.command: monitors of kind `command` are not built yet; remove it'],
  ],
  [
    'a pulse',
    withStep('{ fault: process-kill, target: orders, pulse: { on: 1s, off: 1s } }'),
    ['x.yaml:26:48: stages[0].steps[0].pulse: `pulse` is not built yet; remove it'],
  ],
  [
    'a fault that is not built',
    withStep('{ fault: disk-fill, target: machines, duration: 2m, params: { loss: 50% } }'),
    [
      'x.yaml:26:11: stages[0].steps[0].fault: the fault `disk-fill` is not built yet; there are cpu-load, net-corrupt, net-delay, net-dns, net-down, net-duplicate, net-loss, net-partition, net-rate, net-reorder, net-reset, process-kill, process-pause',
    ],
  ],
  [
    'a mistyped fault',
    withStep('{ fault: process-kil, target: orders }'),
    ['x.yaml:26:18: stages[0].steps[0].fault: there is no fault "process-kil"; did you mean `process-kill`?'],
  ],
  [
    'a fault of the network that nobody knows',
    withStep('{ fault: net-jam, target: machines, duration: 2m }'),
    [
      'x.yaml:26:18: stages[0].steps[0].fault: there is no fault "net-jam"; there are cpu-load, net-corrupt, net-delay, net-dns, net-down, net-duplicate, net-loss, net-partition, net-rate, net-reorder, net-reset, process-kill, process-pause',
    ],
  ],
  [
    'a fault that nobody knows',
    withStep('{ fault: meteor, target: orders }'),
    [
      'x.yaml:26:18: stages[0].steps[0].fault: there is no fault "meteor"; there are cpu-load, net-corrupt, net-delay, net-dns, net-down, net-duplicate, net-loss, net-partition, net-rate, net-reorder, net-reset, process-kill, process-pause',
    ],
  ],
  [
    'a step without a fault',
    withStep('{ target: orders }'),
    [
      'x.yaml:26:9: stages[0].steps[0].fault: is missing: expected a fault; there are cpu-load, net-corrupt, net-delay, net-dns, net-down, net-duplicate, net-loss, net-partition, net-rate, net-reorder, net-reset, process-kill, process-pause',
    ],
  ],
  [
    'no labels',
    changeDocument('nodes: all', 'nodes: {}'),
    ['x.yaml:12:12: targets.machines.nodes: expected labels such as { role: web }, or `all`'],
  ],
  [
    'nodes as a text',
    changeDocument('nodes: all', 'nodes: most'),
    ['x.yaml:12:12: targets.machines.nodes: expected labels such as { role: web }, or `all`'],
  ],
  [
    'a list of no values for a label',
    changeDocument('nodes: all', 'nodes: { zone: [] }'),
    ['x.yaml:12:20: targets.machines.nodes.zone: expected a list of texts that is not empty'],
  ],
  [
    'a label that is an object',
    changeDocument('nodes: all', 'nodes: { zone: { a: b } }'),
    ['x.yaml:12:20: targets.machines.nodes.zone: expected a text or a list of texts'],
  ],
  [
    'a label with a space',
    changeDocument('nodes: all', 'nodes: { a b: c }'),
    ['x.yaml:12:14: targets.machines.nodes["a b"]: a name of labels has 1 to 100 letters, digits, `_`, `-` and `.`'],
  ],
  [
    'a reserved name',
    changeDocument('machines:', 'constructor:'),
    ['x.yaml:11:3: targets.constructor: `constructor` is reserved and cannot be a name of targets'],
  ],
  [
    'no process selector',
    changeDocument('processes: { service: order-fulfillment }', 'processes: {}'),
    ['x.yaml:10:16: targets.orders.processes: expected at least one key: an empty selector would mean every process'],
  ],
  [
    'a bad regular expression',
    changeDocument('processes: { service: order-fulfillment }', 'processes: { cmdline: "a(" }'),
    [
      'x.yaml:10:27: targets.orders.processes.cmdline: is not a regular expression: Invalid regular expression: /a(/u: Unterminated group',
    ],
  ],
  [
    'a port that is none',
    changeDocument('processes: { service: order-fulfillment }', 'processes: { port: 65536 }'),
    ['x.yaml:10:24: targets.orders.processes.port: expected a whole number from 1 to 65535, not 65536'],
  ],
  [
    'an unknown mode',
    withStep('{ fault: process-kill, target: orders, mode: some }'),
    [
      'x.yaml:26:54: stages[0].steps[0].mode: expected one, all, minority, majority, { count }, { percent }, { upToPercent } or { groups, choose, nodes }, not "some"',
    ],
  ],
  [
    'mode as a number',
    withStep('{ fault: process-kill, target: orders, mode: 3 }'),
    [
      'x.yaml:26:54: stages[0].steps[0].mode: expected one, all, minority, majority, { count }, { percent }, { upToPercent } or { groups, choose, nodes }, not 3',
    ],
  ],
  [
    'a mistyped key of mode',
    withStep('{ fault: process-kill, target: orders, mode: { percnt: 5 } }'),
    ['x.yaml:26:56: stages[0].steps[0].mode: `percnt` is not a key of mode; did you mean `percent`?'],
  ],
  [
    'two forms of mode at once',
    withStep('{ fault: process-kill, target: orders, mode: { count: 1, percent: 5 } }'),
    ['x.yaml:26:54: stages[0].steps[0].mode: has both `count` and `percent`; keep one of them'],
  ],
  [
    'an empty mode',
    withStep('{ fault: process-kill, target: orders, mode: {} }'),
    ['x.yaml:26:54: stages[0].steps[0].mode: expected one of the keys count, percent, upToPercent, groups'],
  ],
  [
    'a count of none',
    withStep('{ fault: process-kill, target: orders, mode: { count: 0 } }'),
    ['x.yaml:26:63: stages[0].steps[0].mode.count: expected a whole number from 1 to 100000, not 0'],
  ],
  [
    'half a node',
    withStep('{ fault: process-kill, target: orders, mode: { count: 1.5 } }'),
    ['x.yaml:26:63: stages[0].steps[0].mode.count: expected a whole number from 1 to 100000, not 1.5'],
  ],
  [
    'more than all',
    withStep('{ fault: process-kill, target: orders, mode: { percent: 101 } }'),
    ['x.yaml:26:65: stages[0].steps[0].mode.percent: expected a number greater than 0, at most 100, not 101'],
  ],
  [
    'a share of nothing',
    withStep('{ fault: process-kill, target: orders, mode: { upToPercent: 0 } }'),
    ['x.yaml:26:69: stages[0].steps[0].mode.upToPercent: expected a number greater than 0, at most 100, not 0'],
  ],
  [
    'groups without choose',
    withStep('{ fault: process-kill, target: orders, mode: { groups: zone, nodes: all } }'),
    [
      'x.yaml:26:54: stages[0].steps[0].mode.choose: is missing: expected one, all, minority, majority, { count }, { percent } or { upToPercent }',
    ],
  ],
  [
    'groups within groups',
    withStep(
      '{ fault: process-kill, target: orders, mode: { groups: zone, choose: one, nodes: { groups: a, choose: one, nodes: all } } }',
    ),
    [
      'x.yaml:26:92: stages[0].steps[0].mode.nodes: `groups` is not a key of a mode within `groups`',
      'x.yaml:26:103: stages[0].steps[0].mode.nodes: `choose` is not a key of a mode within `groups`',
      'x.yaml:26:116: stages[0].steps[0].mode.nodes: `nodes` is not a key of a mode within `groups`',
    ],
  ],
  [
    'groups by what is no label',
    withStep('{ fault: process-kill, target: orders, mode: { groups: toString, choose: one, nodes: all } }'),
    ['x.yaml:26:64: stages[0].steps[0].mode.groups: expected the name of a label, not "toString"'],
  ],
  [
    'an unknown pick',
    withStep('{ fault: process-kill, target: orders, pick: minority }'),
    ['x.yaml:26:54: stages[0].steps[0].pick: expected one, all, { count } or { percent }, not "minority"'],
  ],
  [
    'a pick of none',
    withStep('{ fault: process-kill, target: orders, pick: { count: 0 } }'),
    ['x.yaml:26:63: stages[0].steps[0].pick.count: expected a whole number from 1 to 100000, not 0'],
  ],
  [
    'a mistyped key of pick',
    withStep('{ fault: process-kill, target: orders, pick: { cuont: 1 } }'),
    ['x.yaml:26:56: stages[0].steps[0].pick: `cuont` is not a key of pick; did you mean `count`?'],
  ],
  [
    'repeat as a number',
    withStep('{ fault: process-kill, target: orders, repeat: 3 }'),
    ['x.yaml:26:56: stages[0].steps[0].repeat: expected { times, every } or { times, within }, not 3'],
  ],
  [
    'repeat without a time',
    withStep('{ fault: process-kill, target: orders, repeat: { times: 3 } }'),
    ['x.yaml:26:56: stages[0].steps[0].repeat: expected one of the keys every, within'],
  ],
  [
    'both forms of repeat',
    withStep('{ fault: process-kill, target: orders, repeat: { times: 3, every: 5s, within: 1m } }'),
    ['x.yaml:26:56: stages[0].steps[0].repeat: has both `every` and `within`; keep one of them'],
  ],
  [
    'no repetition',
    withStep('{ fault: process-kill, target: orders, repeat: { times: 0, every: 5s } }'),
    ['x.yaml:26:65: stages[0].steps[0].repeat.times: expected a whole number from 1 to 1000, not 0'],
  ],
  [
    'more than a thousand repetitions',
    withStep('{ fault: process-kill, target: orders, repeat: { times: 1001, every: 5s } }'),
    ['x.yaml:26:65: stages[0].steps[0].repeat.times: expected a whole number from 1 to 1000, not 1001'],
  ],
  [
    'every without length',
    withStep('{ fault: process-kill, target: orders, repeat: { times: 3, every: 0s } }'),
    [
      'x.yaml:26:75: stages[0].steps[0].repeat.every: expected a duration greater than 0, such as 500ms, 30s or 2m, not "0s"',
    ],
  ],
  [
    'a jitter longer than every',
    withStep('{ fault: process-kill, target: orders, repeat: { times: 3, every: 5s, jitter: 6s } }'),
    [
      'x.yaml:26:87: stages[0].steps[0].repeat.jitter: must not be longer than `every`: repetitions would overtake one another',
    ],
  ],
  [
    'gaps that do not fit',
    withStep('{ fault: process-kill, target: orders, repeat: { times: 4, within: 30s, minGap: 11s } }'),
    [
      'x.yaml:26:89: stages[0].steps[0].repeat.minGap: 4 times with this gap between them need more time than `within` gives',
    ],
  ],
  [
    'a missing duration',
    withStep('{ fault: process-pause, target: orders }'),
    ['x.yaml:26:9: stages[0].steps[0]: process-pause needs a `duration`'],
  ],
  [
    'a duration of what is over in an instant',
    withStep('{ fault: process-kill, target: orders, duration: 5s }'),
    ['x.yaml:26:58: stages[0].steps[0].duration: process-kill is over in an instant and takes no duration'],
  ],
  [
    'a process fault on a target without processes',
    withStep('{ fault: process-kill, target: machines }'),
    ['x.yaml:26:40: stages[0].steps[0].target: process-kill needs a target with `processes`'],
  ],
  [
    'a node fault on a target with processes',
    withStep('{ fault: cpu-load, target: orders, duration: 5s }'),
    ['x.yaml:26:36: stages[0].steps[0].target: cpu-load is about the node; name a target without `processes`'],
  ],
  [
    'a pick of a node fault',
    withStep('{ fault: cpu-load, target: machines, duration: 5s, pick: one }'),
    ['x.yaml:26:66: stages[0].steps[0].pick: cpu-load is about the node and picks no processes'],
  ],
  [
    'a mistyped target',
    withStep('{ fault: process-kill, target: order }'),
    ['x.yaml:26:40: stages[0].steps[0].target: there is no target order; did you mean `orders`?'],
  ],
  [
    'a target that every object has',
    withStep('{ fault: process-kill, target: constructor }'),
    ['x.yaml:26:40: stages[0].steps[0].target: there is no target constructor'],
  ],
  [
    'an unknown parameter',
    withStep('{ fault: cpu-load, target: machines, duration: 5s, params: { laod: 5% } }'),
    [
      'x.yaml:26:70: stages[0].steps[0].params: `laod` is not a key of the parameters of cpu-load; did you mean `load`?',
    ],
  ],
  [
    'parameters of a fault that has none',
    withStep('{ fault: process-pause, target: orders, duration: 5s, params: { a: 1 } }'),
    ['x.yaml:26:73: stages[0].steps[0].params: `a` is not a key of the parameters of process-pause'],
  ],
  [
    'parameters as a list',
    withStep('{ fault: cpu-load, target: machines, duration: 5s, params: [] }'),
    ['x.yaml:26:68: stages[0].steps[0].params: expected the parameters of cpu-load (an object)'],
  ],
  [
    'a load above 100%',
    withStep('{ fault: cpu-load, target: machines, duration: 5s, params: { load: 101% } }'),
    ['x.yaml:26:76: stages[0].steps[0].params.load: must be from 1% to 100%'],
  ],
  [
    'a load of 60 without the percent sign',
    withStep('{ fault: cpu-load, target: machines, duration: 5s, params: { load: 60 } }'),
    ['x.yaml:26:76: stages[0].steps[0].params.load: must be from 1% to 100%'],
  ],
  [
    'no core',
    withStep('{ fault: cpu-load, target: machines, duration: 5s, params: { cores: 0 } }'),
    ['x.yaml:26:77: stages[0].steps[0].params.cores: expected a whole number from 1 to 4096, not 0'],
  ],
  [
    'a ramp of two hours',
    withStep('{ fault: cpu-load, target: machines, duration: 3h, params: { ramp: 2h } }'),
    ['x.yaml:26:76: stages[0].steps[0].params.ramp: must be from 0s to 1h'],
  ],
  [
    'an unknown signal',
    withStep('{ fault: process-kill, target: orders, params: { signal: STOP } }'),
    [
      'x.yaml:26:66: stages[0].steps[0].params.signal: expected one of KILL, TERM, INT, QUIT, HUP, ABRT, SEGV, BUS, ILL, FPE, PIPE, ALRM, USR1, USR2, TRAP, SYS, XCPU, XFSZ, VTALRM, PROF, IO, PWR, STKFLT, not "STOP"',
    ],
  ],
  [
    'a watch that is too short',
    withStep('{ fault: process-kill, target: orders, params: { watch: 10ms } }'),
    ['x.yaml:26:65: stages[0].steps[0].params.watch: must be from 100ms to 10m'],
  ],
  [
    'no step',
    changeDocument('    steps:\n      - { fault: process-kill, target: orders }\n', '    steps: []\n'),
    ['x.yaml:25:12: stages[0].steps: expected a list of steps that is not empty'],
  ],
  [
    'two stages of one name',
    `${buildDocument()}  - { name: smoke, steps: [{ fault: process-kill, target: orders }] }\n`,
    ['x.yaml:27:13: stages[1].name: a stage before is called smoke too'],
  ],
  [
    'together as a text',
    changeDocument('name: smoke', 'name: smoke\n    together: "yes"'),
    ['x.yaml:25:15: stages[0].together: expected true or false, not "yes"'],
  ],
  [
    'a monitor without a kind',
    withMonitor('{ every: 1s }'),
    ['x.yaml:16:10: monitors.extra: expected a kind: `http` or `processes`'],
  ],
  [
    'a monitor of two kinds',
    withMonitor('{ http: { url: "http://a/" }, processes: { target: orders } }'),
    ['x.yaml:16:10: monitors.extra: has two kinds, `http` and `processes`; make it two monitors'],
  ],
  [
    'a monitor without a URL',
    withMonitor('{ http: { measure: p95 } }'),
    ['x.yaml:16:18: monitors.extra.http.url: is missing: expected a URL'],
  ],
  [
    'a URL that is none',
    withMonitor('{ http: { url: pay } }'),
    ['x.yaml:16:25: monitors.extra.http.url: expected a URL that starts with http:// or https://, not "pay"'],
  ],
  [
    'a URL of another scheme',
    withMonitor('{ http: { url: "ftp://a/" } }'),
    ['x.yaml:16:25: monitors.extra.http.url: expected a URL that starts with http:// or https://, not "ftp://a/"'],
  ],
  [
    'a probe without a URL',
    withMonitor('{ http: { probe: sellers, measure: p95 } }'),
    ['x.yaml:16:27: monitors.extra.http.probe: no monitor gives a URL for the probe sellers'],
  ],
  [
    'a probe with two URLs',
    withMonitor('{ http: { probe: buyers, url: "http://a/" } }'),
    ['x.yaml:16:40: monitors.extra.http.url: success gives the URL of the probe buyers already'],
  ],
  [
    'a rate where no URL is',
    withMonitor('{ http: { probe: buyers, rate: 5/s } }'),
    ['x.yaml:16:41: monitors.extra.http.rate: belongs to the monitor that gives the URL of the probe'],
  ],
  [
    'a rate of nothing',
    withMonitor('{ http: { url: "http://a/", rate: 0/s } }'),
    [
      'x.yaml:16:44: monitors.extra.http.rate: expected a rate greater than 0, at most 10000/s, such as 20/s or 100/m, not "0/s"',
    ],
  ],
  [
    'a rate as a number',
    withMonitor('{ http: { url: "http://a/", rate: 5 } }'),
    [
      'x.yaml:16:44: monitors.extra.http.rate: expected a rate greater than 0, at most 10000/s, such as 20/s or 100/m, not 5',
    ],
  ],
  [
    'an unknown measure',
    withMonitor('{ http: { url: "http://a/", measure: p42 } }'),
    ['x.yaml:16:47: monitors.extra.http.measure: expected one of success_rate, p50, p95, p99, rate, not "p42"'],
  ],
  [
    'a header that would begin another',
    withMonitor('{ http: { url: "http://a/", headers: { x-a: "1\\nx-b: 2" } } }'),
    ['x.yaml:16:54: monitors.extra.http.headers.x-a: expected a text on one line without control characters'],
  ],
  [
    'an unknown method',
    withMonitor('{ http: { url: "http://a/", method: get } }'),
    ['x.yaml:16:46: monitors.extra.http.method: expected one of GET, HEAD, POST, PUT, PATCH, DELETE, not "get"'],
  ],
  [
    'a status that is none',
    withMonitor('{ http: { url: "http://a/", success: { status: 2x } } }'),
    ['x.yaml:16:57: monitors.extra.http.success.status: expected a status such as 200 or 2xx, or a list of them'],
  ],
  [
    'a success slower than the timeout',
    withMonitor('{ http: { url: "http://a/", success: { within: 6s } } }'),
    ['x.yaml:16:57: monitors.extra.http.success.within: must not be longer than the `timeout` of the monitor'],
  ],
  [
    'a value that is stale before the next',
    withMonitor('{ processes: { target: orders }, every: 5s, staleAfter: 4s }'),
    ['x.yaml:16:66: monitors.extra.staleAfter: must not be shorter than `every`: the monitor would always be blind'],
  ],
  [
    'processes of an unknown target',
    withMonitor('{ processes: { target: oders } }'),
    ['x.yaml:16:33: monitors.extra.processes.target: there is no target oders; did you mean `orders`?'],
  ],
  [
    'processes of a target without any',
    withMonitor('{ processes: { target: machines } }'),
    ['x.yaml:16:33: monitors.extra.processes.target: the target machines has no `processes` to count'],
  ],
  [
    'no condition',
    changeDocument('  - success >= 95%', '  []'),
    ['x.yaml:22:3: steadyState: expected a list of conditions that is not empty'],
  ],
  [
    'a condition that is no text',
    changeDocument('  - success >= 95%', '  - success: 95%'),
    ['x.yaml:22:5: steadyState[0]: expected a text, not {"success":"95%"}'],
  ],
  [
    'a condition without an operator',
    changeDocument('success >= 95%', 'success 95%'),
    ['x.yaml:22:13: steadyState[0]: expected one of < <= > >= == !=, not `95%`'],
  ],
  [
    'an operator that is none',
    changeDocument('success >= 95%', 'success => 95%'),
    ['x.yaml:22:13: steadyState[0]: expected one of < <= > >= == !=, not `=>`'],
  ],
  [
    'a value that is none',
    changeDocument('success >= 95%', 'success >= many'),
    ['x.yaml:22:16: steadyState[0]: expected a value such as 95%, 2s, 1000 or 3x baseline, not `many`'],
  ],
  [
    'a condition that ends early',
    changeDocument('success >= 95%', 'success >='),
    ['x.yaml:22:15: steadyState[0]: expected a value such as 95%, 2s, 1000 or 3x baseline at the end'],
  ],
  [
    'words after the end',
    changeDocument('success >= 95%', 'success >= 95% always'),
    ['x.yaml:22:20: steadyState[0]: expected AND, OR or the end, not `always`'],
  ],
  [
    'a factor without baseline',
    changeDocument('success >= 95%', 'success >= 2x median'),
    ['x.yaml:22:19: steadyState[0]: expected `baseline`, not `median`'],
  ],
  [
    'a bad duration after for',
    changeDocument('success >= 95%', 'success >= 95% for ever'),
    ['x.yaml:22:24: steadyState[0]: expected a duration such as 30s or 2m, not `ever`'],
  ],
  [
    'an open parenthesis',
    changeDocument('success >= 95%', '(success >= 95%'),
    ['x.yaml:22:20: steadyState[0]: expected `)` at the end'],
  ],
  [
    'parentheses without end',
    changeDocument('success >= 95%', '('.repeat(60)),
    ['x.yaml:22:56: steadyState[0]: the parentheses are nested too deeply'],
  ],
  [
    'an unknown monitor in a quoted condition',
    changeDocument('- success >= 95%', '- "success > 1 AND succes > 2"'),
    ['x.yaml:22:22: steadyState[0]: there is no monitor succes; did you mean `success`?'],
  ],
  [
    'an unknown monitor whose name is a part of another',
    changeDocument('success >= 95%', 'p95 < 2s AND p9 > 1'),
    ['x.yaml:22:18: steadyState[0]: there is no monitor p9; did you mean `p95`?'],
  ],
  [
    'an unknown monitor in a condition of several lines',
    changeDocument('- success >= 95%', '- >\n    success >= 95%\n    AND succes > 2'),
    ['x.yaml:22:5: steadyState[0]: there is no monitor succes; did you mean `success`?'],
  ],
  [
    'a number that is not finite',
    changeDocument('success >= 95%', `success >= ${'9'.repeat(400)}%`),
    [`x.yaml:22:16: steadyState[0]: expected a value such as 95%, 2s, 1000 or 3x baseline, not \`${'9'.repeat(57)}…\``],
  ],
  [
    'a factor that is not finite',
    changeDocument('success >= 95%', `success >= ${'9'.repeat(400)}x baseline`),
    [`x.yaml:22:16: steadyState[0]: expected a value such as 95%, 2s, 1000 or 3x baseline, not \`${'9'.repeat(57)}…\``],
  ],
  [
    'a name that would speak to the terminal',
    withStep('{ fault: process-kill, target: "or\\e[31m\\nders" }'),
    ['x.yaml:26:40: stages[0].steps[0].target: there is no target or\\u{1b}[31m\\u{a}ders'],
  ],
  [
    'a fault whose kind nobody knows, though there are others of its family',
    withStep('{ fault: cpu-explode, target: orders }'),
    [
      'x.yaml:26:18: stages[0].steps[0].fault: there is no fault "cpu-explode"; there are cpu-load, net-corrupt, net-delay, net-dns, net-down, net-duplicate, net-loss, net-partition, net-rate, net-reorder, net-reset, process-kill, process-pause',
    ],
  ],
  [
    'x baseline without a baseline',
    changeDocument('baseline: 10s\nsteadyState:\n  - success >= 95%', 'steadyState:\n  - p95 < 1 OR p95 < 2x baseline'),
    ['x.yaml:21:16: steadyState[0]: `x baseline` needs a `baseline` in the document'],
  ],
];

const AGENT = 'node: web-1\nenvironment: staging\ncoordinator: 127.0.0.1:7401\n';
const COORDINATOR = 'environment: staging\n';
const NODE = '{ id: a, environment: staging, labels: {}, faults: {}, capabilities: [] }';

const REFUSED_CONFIGS: [string, Answer, string[]][] = [
  [
    'an empty file of an agent, key by key',
    parseAgentConfig('', 'c.yaml'),
    [
      'c.yaml:1:1: node: is missing: expected a name of letters, digits, `.`, `_` and `-`',
      'c.yaml:1:1: environment: is missing: expected a text',
      'c.yaml:1:1: coordinator: is missing: expected host:port',
    ],
  ],
  [
    'a node with a space in its name',
    parseAgentConfig(AGENT.replace('web-1', 'web 1'), 'c.yaml'),
    ['c.yaml:1:7: node: expected a name of letters, digits, `.`, `_` and `-`, not "web 1"'],
  ],
  [
    'an address without a port',
    parseAgentConfig(AGENT.replace(':7401', ''), 'c.yaml'),
    ['c.yaml:3:14: coordinator: expected host:port, not "127.0.0.1"'],
  ],
  [
    'a port that there cannot be',
    parseAgentConfig(AGENT.replace(':7401', ':65536'), 'c.yaml'),
    ['c.yaml:3:14: coordinator: expected host:port, not "127.0.0.1:65536"'],
  ],
  [
    'a label that is built in',
    parseAgentConfig(`${AGENT}labels: { hostname: x }\n`, 'c.yaml'),
    ['c.yaml:4:21: labels.hostname: the label hostname is built in and cannot be set'],
  ],
  [
    'an unknown key of an agent',
    parseAgentConfig(`${AGENT}label: { a: x }\n`, 'c.yaml'),
    ['c.yaml:4:1: `label` is not a key of the configuration of an agent; did you mean `labels`?'],
  ],
  [
    'a service that is defined by a service',
    parseAgentConfig(`${AGENT}services: { web: { service: x } }\n`, 'c.yaml'),
    ['c.yaml:4:20: services.web: `service` is not a key of a service'],
  ],
  [
    'a service that would be every process',
    parseAgentConfig(`${AGENT}services: { web: {} }\n`, 'c.yaml'),
    ['c.yaml:4:18: services.web: expected at least one key: an empty selector would mean every process'],
  ],
  [
    'an unknown log level',
    parseAgentConfig(`${AGENT}logLevel: loud\n`, 'c.yaml'),
    ['c.yaml:4:11: logLevel: expected one of debug, info, warn, error, not "loud"'],
  ],
  [
    'an empty file of a coordinator',
    parseCoordinatorConfig('', 'c.yaml'),
    ['c.yaml:1:1: environment: is missing: expected a text'],
  ],
  [
    'a lease that would run out by chance',
    parseCoordinatorConfig(`${COORDINATOR}lease: 900ms\nbeat: 100ms\n`, 'c.yaml'),
    ['c.yaml:2:8: lease: must be at least 1s: a shorter lease would run out by chance'],
  ],
  [
    'a beat that is too slow for the lease',
    parseCoordinatorConfig(`${COORDINATOR}lease: 3s\nbeat: 1001ms\n`, 'c.yaml'),
    ['c.yaml:3:7: beat: must be greater than 0 and at most a third of the lease'],
  ],
  [
    'no beat',
    parseCoordinatorConfig(`${COORDINATOR}beat: 0s\n`, 'c.yaml'),
    ['c.yaml:2:7: beat: must be greater than 0 and at most a third of the lease'],
  ],
  [
    'a listener without a host',
    parseCoordinatorConfig(`${COORDINATOR}agents: { listen: "7401" }\n`, 'c.yaml'),
    ['c.yaml:2:19: agents.listen: expected host:port, not "7401"'],
  ],
  [
    'an unknown key of a coordinator',
    parseCoordinatorConfig(`${COORDINATOR}stor: x\n`, 'c.yaml'),
    ['c.yaml:2:1: `stor` is not a key of the configuration of a coordinator; did you mean `store`?'],
  ],
  [
    'an empty file of the command line',
    parseCliConfig('', 'c.yaml'),
    ['c.yaml:1:1: contexts: is missing: expected contexts by name (an object)'],
  ],
  [
    'a current context that is not there',
    parseCliConfig('current: b\ncontexts: { a: { coordinator: "127.0.0.1:7400" } }\n', 'c.yaml'),
    ['c.yaml:1:10: current: there is no context b'],
  ],
  [
    'a context without an address',
    parseCliConfig('contexts: { a: {} }\n', 'c.yaml'),
    ['c.yaml:1:16: contexts.a.coordinator: is missing: expected host:port'],
  ],
  [
    'an inventory with a node twice',
    parseInventory(`- ${NODE}\n- ${NODE}\n`, 'c.yaml'),
    ['c.yaml:2:9: [1].id: a node before is called a too'],
  ],
  [
    'an inventory with a node whose address is a network',
    parseInventory(`- ${NODE.replace(' }', ', addresses: [10.0.0.1, 10.0.0.0/8] }')}\n`, 'c.yaml'),
    ['c.yaml:1:98: [0].addresses[1]: expected an IPv4 or IPv6 address, not "10.0.0.0/8"'],
  ],
  [
    'an agent with a host name among its addresses',
    parseAgentConfig(`${AGENT}addresses: [web-1.example]\n`, 'c.yaml'),
    ['c.yaml:4:13: addresses[0]: expected an IPv4 or IPv6 address, not "web-1.example"'],
  ],
  [
    'an agent that nobody could reach',
    parseAgentConfig(`${AGENT}addresses: []\n`, 'c.yaml'),
    ['c.yaml:4:12: addresses: expected a list of addresses that is not empty'],
  ],
];

describe('an experiment document', () => {
  it.each(REFUSED)('is refused for %s', (_, document, expected) => {
    const printed = refusals(parseExperiment(document, 'x.yaml'));

    expect(printed).toEqual(expected);
  });

  it('tells what is not built by its own code', () => {
    const answer = parseExperiment(`${buildDocument()}traffic: 1\nnonsense: 1\n`, 'x.yaml');

    expect(answer).toMatchObject({ ok: false, issues: [{ code: 'DOCUMENT_NOT_BUILT' }, { code: 'DOCUMENT_INVALID' }] });
  });

  it('lists every issue in order of position', () => {
    const document = changeDocument('baseline: 10s', 'baseline: 10').replace('owner: ana\n', '');

    const printed = refusals(parseExperiment(document, 'x.yaml'));

    expect(printed.map((line) => line.split(': ')[1])).toEqual(['owner', 'baseline']);
  });

  it('lists no more issues than anybody mends at a time', () => {
    const document = `${buildDocument()}${Array.from({ length: 5000 }, (_, index) => `key${index}: 1\n`).join('')}`;

    const printed = refusals(parseExperiment(document, 'x.yaml'));

    expect(printed).toHaveLength(100);
  });

  it('gives the same domain value and digest whatever its layout', () => {
    const document = buildDocument();
    const read = parseExperiment(document, 'x.yaml');
    const asJson = parseExperiment(JSON.stringify(JSON.parse(JSON_TWIN), null, 4), 'x.json');
    const withWindowsLines = parseExperiment(`\u{feff}# a comment\r\n${document.replaceAll('\n', '\r\n')}`, 'x.yaml');

    expect(read).toMatchObject({ ok: true });
    expect(asJson).toEqual(read);
    expect(withWindowsLines).toEqual(read);
  });

  it('may say things once and refer to them', () => {
    const document = changeDocument('nodes: all', 'nodes: *where').replace(
      'nodes: { role: orders }',
      'nodes: &where { role: orders }',
    );

    const answer = parseExperiment(document, 'x.yaml');

    expect(answer).toMatchObject({ ok: true, experiment: { targets: { machines: { nodes: { role: ['orders'] } } } } });
  });

  it('of the whole contract becomes the expected domain value', () => {
    const answer = parseExperiment(FULL, 'x.yaml');

    expect(answer).toMatchObject({ ok: true });
    if (!answer.ok) return;
    expect(answer.experiment).toEqual({
      name: 'order-fulfillment-kill',
      owner: 'payments-oncall',
      environment: 'staging',
      runbook: 'https://wiki.example/runbooks/order-fulfillment',
      hypothesis:
        'If order-fulfillment is killed at peak throughput, orders are still accepted and 95% of payments complete within 2 s, ' +
        'thanks to retries and durable queues.\n',
      seed: 'game-day-7',
      targets: {
        orders: {
          nodes: { env: ['staging'], role: ['orders'], zone: ['a', 'b'] },
          processes: { service: 'order-fulfillment' },
        },
        machines: { nodes: { env: ['staging'] }, processes: null },
      },
      monitors: {
        payment_success_rate: {
          kind: 'http',
          probe: null,
          transaction: transaction({ perSecond: 20, successWithinMs: 2000 }),
          measure: 'success_rate',
          ...timing(1000, 3000),
        },
        p99_latency: {
          kind: 'http',
          probe: null,
          transaction: transaction({ perSecond: 1, successWithinMs: 5000 }),
          measure: 'p99',
          ...timing(5000, 15_000),
          unit: 's',
        },
        workers: { kind: 'processes', target: 'orders', ...timing(1000, 10_000) },
      },
      baselineMs: 120_000,
      steadyState: [{ text: 'payment_success_rate >= 95%', expression: compare('payment_success_rate', '>=', 0.95) }],
      gates: [{ text: 'workers > 3', expression: compare('workers', '>', 3) }],
      abort: [
        {
          text: 'p99_latency > 2s for 2m OR payment_success_rate < 90%',
          expression: {
            kind: 'or',
            operands: [
              { ...compare('p99_latency', '>', 2), forMs: 120_000 },
              compare('payment_success_rate', '<', 0.9),
            ],
          },
        },
        { text: 'p99_latency > 30s', expression: compare('p99_latency', '>', 30) },
        { text: 'workers < 0.5x baseline', expression: compare('workers', '<', { timesBaseline: 0.5 }) },
      ],
      stages: [
        { name: 'smoke', together: false, steps: [killStep({ slackMs: 90_000 })] },
        {
          name: 'scale',
          together: false,
          steps: [
            killStep({ repeat: { kind: 'within', times: 10, withinMs: 1_800_000, minGapMs: 30_000 } }),
            killStep({
              mode: { kind: 'upToPercent', percent: 30 },
              pick: { kind: 'percent', percent: 50 },
              params: { signal: 'TERM', watch: 5000 },
              repeat: { kind: 'every', times: 10, everyMs: 60_000, jitterMs: 10_000 },
            }),
          ],
        },
        {
          name: 'edge',
          together: true,
          steps: [
            {
              fault: 'process-pause',
              target: 'orders',
              mode: { kind: 'groups', label: 'zone', choose: { kind: 'one' }, nodes: { kind: 'percent', percent: 50 } },
              pick: { kind: 'all' },
              durationMs: 120_000,
              params: {},
              repeat: null,
              slackMs: null,
            },
            {
              fault: 'cpu-load',
              target: 'machines',
              mode: { kind: 'count', count: 2 },
              pick: { kind: 'one' },
              durationMs: 90_000,
              params: { load: 0.6, cores: 2, ramp: 1000 },
              repeat: null,
              slackMs: null,
            },
          ],
        },
      ],
      recoveryWithinMs: 120_000,
      window: [
        { days: ['mon', 'tue', 'wed', 'thu'], fromMinute: 540, toMinute: 960, timezone: 'Europe/Berlin' },
        { days: ['sat'], fromMinute: 1320, toMinute: 120, timezone: 'UTC' },
      ],
      approvals: 1,
      schedule: { cron: '0 10 * * mon-thu', timezone: 'Europe/Berlin' },
    });
  });

  it('may have one window that is no list', () => {
    const document = `${buildDocument()}window: { days: fri, from: "22:00", to: "24:00", timezone: UTC }\n`;

    const answer = parseExperiment(document, 'x.yaml');

    expect(answer).toMatchObject({
      ok: true,
      experiment: { window: [{ days: ['fri'], fromMinute: 1320, toMinute: 1440, timezone: 'UTC' }] },
    });
  });

  it.each(['0 0 29 2 *', '*/15 9-16 * jan-mar 7', '0 0 L * *', '30 2,14 1 * mon#1'])('may be played at %s', (cron) => {
    const answer = parseExperiment(withCron(cron), 'x.yaml');

    expect(answer).toMatchObject({ ok: true, experiment: { schedule: { cron, timezone: 'UTC' } } });
  });

  it('gets its defaults where it says nothing', () => {
    const document = changeDocument('baseline: 10s\n', '');

    const answer = parseExperiment(document, 'x.yaml');

    expect(answer).toMatchObject({
      ok: true,
      experiment: {
        runbook: null,
        seed: null,
        baselineMs: 0,
        gates: [],
        abort: [],
        recoveryWithinMs: 120_000,
        window: [],
        approvals: 0,
        schedule: null,
        monitors: { success: { everyMs: 1000, timeoutMs: 5000, staleAfterMs: 3000, unit: '' } },
        stages: [{ together: false, steps: [killStep({})] }],
      },
    });
  });

  it.each([
    ['[1, "{{n}}"]', '[1,"{{n}}"]', { 'content-type': 'application/json' }],
    ['"{{n}}"', '{{n}}', {}],
    ['{ a: 1 }, headers: { Content-Type: text/x }', '{"a":1}', { 'Content-Type': 'text/x' }],
  ])('sends the body %s as %s', (body, sent, headers) => {
    const document = withMonitor(`{ http: { url: "http://a/", body: ${body} } }`);

    const answer = parseExperiment(document, 'x.yaml');

    const extra = answer.ok ? answer.experiment.monitors['extra'] : undefined;
    expect(extra?.kind === 'http' ? extra.transaction : null).toMatchObject({ method: 'POST', body: sent });
    expect(extra?.kind === 'http' ? extra.transaction?.headers : null).toEqual(headers);
  });

  it('sends a body as it is written, and an object as JSON of that type', () => {
    const document = withMonitor(
      '{ http: { url: "http://a/", body: { n: "{{n}}" }, headers: { x-a: 1 }, success: { status: [200, 3xx] } } }',
    );

    const answer = parseExperiment(document, 'x.yaml');

    expect(answer).toMatchObject({
      ok: true,
      experiment: {
        monitors: {
          extra: {
            transaction: {
              method: 'POST',
              body: '{"n":"{{n}}"}',
              headers: { 'content-type': 'application/json', 'x-a': '1' },
              successStatus: ['200', '3xx'],
            },
          },
        },
      },
    });
  });

  it.each([
    ['a > 1', compare('a', '>', 1)],
    ['a>=-0.5', compare('a', '>=', -0.5)],
    ['a == 512MiB', compare('a', '==', 512 * 2 ** 20)],
    ['a != 30/m', compare('a', '!=', 0.5)],
    ['a <= 1m30s', compare('a', '<=', 90)],
    ['a <= 1.005s', compare('a', '<=', 1.005)],
    ['a < 1.5x BASELINE for 2m', { ...compare('a', '<', { timesBaseline: 1.5 }), forMs: 120_000 }],
    [
      'a > 1 or a > 2 and a > 3',
      {
        kind: 'or',
        operands: [compare('a', '>', 1), { kind: 'and', operands: [compare('a', '>', 2), compare('a', '>', 3)] }],
      },
    ],
    [
      '(a > 1 OR a > 2) AND a > 3',
      {
        kind: 'and',
        operands: [{ kind: 'or', operands: [compare('a', '>', 1), compare('a', '>', 2)] }, compare('a', '>', 3)],
      },
    ],
  ])('reads the condition %s', (text, expression) => {
    const document = changeDocument('success >= 95%', text).replace('  workers:', '  a:');

    const answer = parseExperiment(document, 'x.yaml');

    expect(answer.ok ? answer.experiment.steadyState[0]?.expression : null).toEqual(expression);
  });
});

describe('a configuration file', () => {
  it.each(REFUSED_CONFIGS)('is refused for %s', (_, answer, expected) => {
    expect(refusals(answer)).toEqual(expected);
  });

  it('of an agent gets its defaults', () => {
    const answer = parseAgentConfig(AGENT, 'c.yaml');

    expect(answer).toEqual({
      ok: true,
      value: {
        node: 'web-1',
        environment: 'staging',
        labels: {},
        coordinator: '127.0.0.1:7401',
        addresses: null,
        guard: '/etc/roulette/guard.yaml',
        stateDir: '/var/lib/roulette-agent',
        services: {},
        logLevel: 'info',
      },
    });
  });

  it('of a coordinator gets its defaults, on loopback', () => {
    const answer = parseCoordinatorConfig(COORDINATOR, 'c.yaml');

    expect(answer).toEqual({
      ok: true,
      value: {
        environment: 'staging',
        agents: { listen: '127.0.0.1:7401' },
        operators: { listen: '127.0.0.1:7400' },
        store: '/var/lib/roulette-coordinator/coordinator.db',
        leaseMs: 5000,
        beatMs: 1000,
        policy: '/etc/roulette/policy',
        preflight: [],
        logLevel: 'info',
      },
    });
  });

  it('of an inventory leaves out nodes that are not connected, and what a plan does not depend on', () => {
    const away = NODE.replace('id: a', 'id: b, connected: false');
    const answer = parseInventory(`[${NODE.replace('id: a', 'id: a, load: 3')}, ${away}]`, 'c.yaml');

    expect(answer).toEqual({
      ok: true,
      value: [{ id: 'a', environment: 'staging', labels: {}, faults: {}, capabilities: [], addresses: [] }],
    });
  });
});

const JSON_TWIN = `{
  "kind": "Experiment", "apiVersion": "roulette/v1", "name": "kill-orders", "owner": "ana", "environment": "staging",
  "hypothesis": "orders survive", "baseline": "10s", "steadyState": ["success >= 95%"],
  "targets": {
    "orders": { "nodes": { "role": "orders" }, "processes": { "service": "order-fulfillment" } },
    "machines": { "nodes": "all" }
  },
  "monitors": {
    "success": { "http": { "probe": "buyers", "url": "http://127.0.0.1:8080/pay", "rate": "20/s" } },
    "p95": { "http": { "probe": "buyers", "measure": "p95" } },
    "workers": { "processes": { "target": "orders" } }
  },
  "stages": [{ "name": "smoke", "steps": [{ "fault": "process-kill", "target": "orders" }] }]
}`;

function compare(monitor: string, operator: string, value: unknown): object {
  return { kind: 'compare', monitor, operator, value, forMs: 0 };
}

function timing(everyMs: number, staleAfterMs: number): object {
  return { everyMs, timeoutMs: 5000, staleAfterMs, unit: '' };
}

function transaction(more: object): object {
  return { url: 'http://127.0.0.1:8080/pay', method: 'GET', headers: {}, body: null, successStatus: ['2xx'], ...more };
}

function killStep(more: object): object {
  return {
    fault: 'process-kill',
    target: 'orders',
    mode: { kind: 'one' },
    pick: { kind: 'one' },
    durationMs: null,
    params: { signal: 'KILL', watch: 10_000 },
    repeat: null,
    slackMs: null,
    ...more,
  };
}
