// Experiments that are played again and again. Each firing is noted as done before it is done, so that it is played at
// most once, whatever becomes of the coordinator; what could not be played at its time is recorded as missed.

import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { canonicalJson } from '../../shared/canonical.ts';
import type { Clock } from '../../shared/clock.ts';
import type { AuditEntry } from '../../shared/audit.ts';
import type { RunId } from '../../shared/domain/ids.ts';
import type { Schedule } from '../../shared/domain/schedule.ts';
import { messageOf, RouletteError } from '../../shared/errors.ts';
import { dueFirings, firingSeed, nextFiring, type DueFirings } from '../core/schedule.ts';
import type { Store } from '../store/port.ts';
import { readExperiment, type PlanRequest } from './make-plan.ts';
import type { Policies } from './policies.ts';
import type { PreparedRuns } from './prepared-runs.ts';
import type { Runs } from './runs.ts';

interface SchedulesDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly policies: Pick<Policies, 'require'>;
  readonly prepared: Pick<PreparedRuns, 'prepare' | 'start'>;
  readonly runs: Pick<Runs, 'isPlaying'>;
}

export interface PutScheduleRequest extends PlanRequest {
  readonly requestedBy: string;
}

/** `nextAt` is null for one that fires no more. */
export type ListedSchedule = Schedule & { readonly nextAt: number | null };

/** A firing that is found later than this was missed: the system was not as anybody meant it to be at that time. */
const TOLERANCE_MS = 30_000;

export class Schedules {
  readonly #deps: SchedulesDeps;
  readonly #schedules = new Map<string, Schedule>();
  /** When to look again: patterns are not cheap to ask. */
  readonly #nextAt = new WeakMap<Schedule, number>();
  /** The newest run of each. */
  readonly #runs = new Map<string, RunId>();

  constructor(deps: SchedulesDeps) {
    this.#deps = deps;
  }

  async load(): Promise<void> {
    for (const schedule of await this.#deps.store.schedules()) this.#schedules.set(schedule.name, schedule);
  }

  list(): ListedSchedule[] {
    const now = this.#deps.clock.now();
    return [...this.#schedules.values()]
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((schedule) => ({ ...schedule, nextAt: nextFiring(schedule, now) }));
  }

  /** Adds one, or replaces that of the same experiment. Throws POLICY_ROLE, DOCUMENT_INVALID. */
  async put({ document, file, seed, requestedBy }: PutScheduleRequest): Promise<ListedSchedule> {
    const { policies, clock, store } = this.#deps;
    policies.require(requestedBy, 'schedule');
    const { experiment } = readExperiment(document, file);
    if (experiment.schedule === null)
      throw new RouletteError(
        'DOCUMENT_INVALID',
        `${file}: the document has no \`schedule\` that says when to play it`,
      );
    const now = clock.now();
    const schedule: Schedule = {
      name: experiment.name,
      ...experiment.schedule,
      document,
      seed: seed ?? experiment.seed ?? randomBytes(8).toString('hex'),
      addedBy: requestedBy,
      addedAt: now,
      settledAt: now,
    };
    await store.append({ schedule, audit: [this.#entry(requestedBy, 'schedule.added', schedule, {})] });
    this.#schedules.set(schedule.name, schedule);
    return { ...schedule, nextAt: nextFiring(schedule, now) };
  }

  /** Throws POLICY_ROLE, SCHEDULE_NOT_FOUND. */
  async remove(name: string, requestedBy: string): Promise<Schedule> {
    const { policies, store } = this.#deps;
    policies.require(requestedBy, 'schedule');
    const schedule = this.#schedules.get(name);
    if (schedule === undefined) throw new RouletteError('SCHEDULE_NOT_FOUND', `there is no schedule ${name}`);
    const audit = [this.#entry(requestedBy, 'schedule.removed', schedule, {})];
    await store.append({ removedSchedule: name, audit });
    this.#schedules.delete(name);
    return schedule;
  }

  /** On a beat: plays what is due. Starts follow one another, and nothing is waited for but their being recorded. */
  async fire(): Promise<void> {
    for (const schedule of this.#schedules.values()) {
      try {
        await this.#fireOne(schedule);
      } catch (error) {
        // Nothing was noted as done, so the next beat decides again.
        this.#deps.log.error({ schedule: schedule.name, err: error }, 'a schedule cannot be recorded');
      }
    }
  }

  async #fireOne(schedule: Schedule): Promise<void> {
    const { store, clock } = this.#deps;
    const now = clock.now();
    if (now < (this.#nextAt.get(schedule) ?? now)) return;
    const due = dueFirings(schedule, now, TOLERANCE_MS);
    this.#nextAt.set(schedule, due.nextAt ?? Number.POSITIVE_INFINITY);
    const { fire, missed } = this.#decide(schedule, due);
    if (fire === null && missed.length === 0) return;
    const settled = { ...schedule, settledAt: due.settledAt };
    const entries = [
      ...missed.map((more) => this.#entry('coordinator', 'schedule.missed', schedule, more)),
      ...(fire === null ? [] : [this.#entry('coordinator', 'schedule.fired', schedule, { firingAt: fire })]),
    ];
    this.#nextAt.delete(schedule);
    await store.append({ schedule: settled, audit: entries });
    this.#schedules.set(schedule.name, settled);
    if (fire !== null) await this.#play(settled, fire);
  }

  /** A firing while the run before is not over is one that was missed. */
  #decide(
    { name }: Schedule,
    { fire, missed }: DueFirings,
  ): { readonly fire: number | null; readonly missed: object[] } {
    const absent = missed === null ? [] : [{ ...missed, why: ABSENT }];
    const why = fire === null ? null : this.#whyBusy(name);
    if (fire === null || why === null) return { fire, missed: absent };
    return { fire: null, missed: [...absent, { count: 1, andMore: false, firstAt: fire, lastAt: fire, why }] };
  }

  #whyBusy(name: string): string | null {
    const run = this.#runs.get(name);
    return run !== undefined && this.#deps.runs.isPlaying(run) ? `${run}, the one before, is not over` : null;
  }

  async #play(schedule: Schedule, at: number): Promise<void> {
    const { prepared, store, log } = this.#deps;
    const { name, document, seed, addedBy } = schedule;
    let run: RunId | null = null;
    try {
      const { record } = await prepared.prepare({
        document,
        file: `schedule ${name}`,
        seed: firingSeed(seed, at),
        expectedDigest: null,
        requestedBy: addedBy,
        replayOf: null,
        firing: { schedule: name, at },
      });
      run = record.id;
      this.#runs.set(name, run);
      await prepared.start(run, addedBy);
    } catch (error) {
      const why = messageOf(error);
      const code = error instanceof RouletteError ? error.code : 'INTERNAL';
      log.warn({ schedule: name, run, code, why }, 'a schedule fired and was refused');
      await store.append({
        audit: [this.#entry('coordinator', 'schedule.refused', schedule, { firingAt: at, run, code, why })],
      });
    }
  }

  #entry(actor: string, action: string, { name, cron, timezone, seed }: Schedule, more: object): AuditEntry {
    const detail = canonicalJson({ schedule: name, cron, timezone, seed, ...more });
    return { at: this.#deps.clock.now(), actor, action, run: '', detail };
  }
}

const ABSENT = 'the coordinator was not there at the time';
