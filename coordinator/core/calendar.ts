// Whether something may be played at a moment, by the windows and freezes that bind it: at least one window of each
// owner must be open (an owner without windows allows any time), and no freeze may be on. Exact to the millisecond,
// by the clocks on the wall, on the days on which those are put forward or back as well. Whatever is refused names
// the rule that refuses it.

import type { Hours } from '../../shared/domain/hours.ts';
import type { Freeze, Policy, Refusal } from '../../shared/domain/policy.ts';
import { formatHours, formatMoment, formatUtc, isWithinHours } from '../../shared/hours.ts';
import { momentsOfChange } from './window-changes.ts';

const DAY_MS = 86_400_000;
/** How far we look for the next change: a week, and more, because a week with a change of the clocks is longer. */
const AHEAD_MS = 8 * DAY_MS;
/** Windows that never close are followed so far. */
const LONGEST_MS = 400 * DAY_MS;
/** More windows than these make no sentence. */
const MOST_NAMED = 3;

export interface Calendar {
  readonly owners: readonly WindowOwner[];
  readonly freezes: readonly Freeze[];
}

/** Somebody who allows only some hours, or all when there are none. */
interface WindowOwner {
  readonly owner: 'policy' | 'document';
  readonly windows: readonly NamedHours[];
}

interface NamedHours {
  /** The name of the rule. */
  readonly name: string;
  readonly hours: Hours;
}

export type CalendarState =
  /** `closesAt`: from this moment on it is closed; `null` when nothing within eight days closes it. */
  | { readonly open: true; readonly closesAt: number | null }
  /** `opensAt`: the first moment at which it is open again; `null` when there is none within eight days. */
  | { readonly open: false; readonly opensAt: number | null; readonly refusal: Refusal };

/** What binds a run: the windows and freezes of the policy, and the windows of its own document. */
export function createCalendar(policy: Pick<Policy, 'windows' | 'freezes'>, window: readonly Hours[]): Calendar {
  return {
    owners: [
      { owner: 'policy', windows: policy.windows },
      { owner: 'document', windows: window.map((hours) => ({ name: 'window', hours })) },
    ],
    freezes: policy.freezes,
  };
}

/** The quick answer, for whoever asks every second. */
export function isOpen(calendar: Calendar, now: number): boolean {
  return !calendar.freezes.some((freeze) => isOn(freeze, now)) && windowsOpen(calendar, now);
}

export function judgeCalendar(calendar: Calendar, now: number): CalendarState {
  const reason = reasonAt(calendar, now);
  if (reason === null) return { open: true, closesAt: nextClose(calendar, now, now + AHEAD_MS) };
  const opensAt = nextOpen(calendar, now, now + AHEAD_MS);
  const next = opensAt === null ? 'it does not open within 8 days' : `it opens at ${formatUtc(opensAt)}`;
  return { open: false, opensAt, refusal: refuse(reason.rule, `${reason.moment} is ${reason.words}; ${next}`) };
}

/** Why a run of this length that starts then would not be inside from start to end; null when it would. */
export function outlasts(calendar: Calendar, fromAt: number, lengthMs: number): Refusal | null {
  const state = judgeCalendar(calendar, fromAt);
  if (!state.open) return state.refusal;
  const endsAt = fromAt + lengthMs;
  const closesAt = nextClose(calendar, fromAt, Math.min(endsAt, fromAt + LONGEST_MS) - 1);
  const reason = closesAt === null ? null : reasonAt(calendar, closesAt);
  if (reason !== null) {
    const { rule, moment, words } = reason;
    return refuse(rule, `the run may last until ${formatUtc(endsAt)}, but ${moment} is ${words}`);
  }
  const bound = calendar.owners.find(({ windows }) => windows.length > 0)?.windows[0];
  if (lengthMs <= LONGEST_MS || bound === undefined) return null;
  return refuse(bound.name, `the run may last until ${formatUtc(endsAt)}, longer than windows are looked at: 400 days`);
}

function refuse(rule: string, message: string): Refusal {
  return { rule, code: 'POLICY_WINDOW', message };
}

interface Reason {
  readonly rule: string;
  /** The moment that is closed. */
  readonly moment: string;
  readonly words: string;
}

/** Why a moment is closed, or null. */
function reasonAt(calendar: Calendar, at: number): Reason | null {
  const freeze = freezeAt(calendar, at);
  if (freeze !== null) {
    const words = `in the freeze ${freeze.name}, which is on until ${formatUtc(freeze.toAt)}`;
    return { rule: freeze.name, moment: formatUtc(at), words };
  }
  const closed = calendar.owners.find(({ windows }) => !isAnyOpen(windows, at));
  if (closed === undefined) return null;
  const { owner, windows } = closed;
  // Named is the one that has just closed, if one has.
  const named = windows.find(({ hours }) => isWithinHours(hours, at - 1)) ?? windows[0];
  if (named === undefined) return null;
  const { timezone } = named.hours;
  return {
    rule: named.name,
    moment: `${formatUtc(at)} (${formatMoment(at, timezone)} in ${timezone})`,
    words: `outside the ${windows.length === 1 ? 'window' : 'windows'} of the ${owner}: ${nameWindows(windows)}`,
  };
}

function nameWindows(windows: readonly NamedHours[]): string {
  const names = windows.slice(0, MOST_NAMED).map(({ name, hours }) => `${name} (${formatHours(hours)})`);
  const more = windows.length > MOST_NAMED ? ` and ${windows.length - MOST_NAMED} more` : '';
  return `${names.join(', ')}${more}`;
}

function isOn({ fromAt, toAt }: Freeze, at: number): boolean {
  return at >= fromAt && at < toAt;
}

/** Of those that are on the one that ends last. */
function freezeAt({ freezes }: Calendar, at: number): Freeze | null {
  return freezes
    .filter((freeze) => isOn(freeze, at))
    .reduce<Freeze | null>((last, freeze) => (last === null || freeze.toAt > last.toAt ? freeze : last), null);
}

function isAnyOpen(windows: readonly NamedHours[], at: number): boolean {
  return windows.length === 0 || windows.some(({ hours }) => isWithinHours(hours, at));
}

function windowsOpen({ owners }: Calendar, at: number): boolean {
  return owners.every(({ windows }) => isAnyOpen(windows, at));
}

/** The first moment from `fromAt` to `untilAt`, both included, at which the windows are open, or are not. */
function firstMoment(calendar: Calendar, open: boolean, fromAt: number, untilAt: number): number | null {
  const hours = calendar.owners.flatMap(({ windows }) => windows.map((window) => window.hours));
  for (const at of momentsOfChange(hours, fromAt, untilAt)) if (windowsOpen(calendar, at) === open) return at;
  return null;
}

/** The first closed moment after `fromAt`, which is open, up to `untilAt`. */
function nextClose(calendar: Calendar, fromAt: number, untilAt: number): number | null {
  const starts = calendar.freezes
    .filter((freeze) => freeze.fromAt > fromAt && freeze.fromAt <= untilAt && freeze.toAt > freeze.fromAt)
    .map((freeze) => freeze.fromAt);
  const frozenAt = starts.length === 0 ? null : starts.reduce((first, at) => Math.min(first, at));
  return firstMoment(calendar, false, fromAt, frozenAt ?? untilAt) ?? frozenAt;
}

/** The first open moment from `fromAt` to `untilAt`. */
function nextOpen(calendar: Calendar, fromAt: number, untilAt: number): number | null {
  let from = fromAt;
  while (from <= untilAt) {
    const at = firstMoment(calendar, true, from, untilAt);
    const freeze = at === null ? null : freezeAt(calendar, at);
    if (freeze === null) return at;
    from = freeze.toAt;
  }
  return null;
}
