// Runs before they are played: prepared, approved, started, withdrawn, expired. A prepared run is a promise about a plan:
// it starts only if the plan is still the same, the policy of that moment lets it, enough people have approved of
// this very plan, and no endpoint vetoes it. Nothing is reserved or touched before that.

import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import { runId, type RunId } from '../../shared/domain/ids.ts';
import type { Policy } from '../../shared/domain/policy.ts';
import type { Lever, RunEvent, RunEventBody, RunRecord } from '../../shared/domain/run.ts';
import { describeLever } from '../../shared/describe-event.ts';
import { RouletteError } from '../../shared/errors.ts';
import type { PreflightEndpoint } from '../../shared/schema/config.ts';
import { approversOf } from '../core/approvals.ts';
import { auditOf } from '../core/audit-of.ts';
import { judgePlan, refuseWithoutPolicy, type PolicyVerdict } from '../core/policy-verdict.ts';
import { preflightOf } from '../core/preflight.ts';
import { actorOf } from '../core/rights.ts';
import type { Store } from '../store/port.ts';
import type { BlastRadius } from './blast-radius.ts';
import type { Fleet } from './fleet.ts';
import { makePlan, type Planned, type PlanRequest } from './make-plan.ts';
import type { Policies } from './policies.ts';
import { askPreflight } from './preflight.ts';
import type { HaltRequest, Runs } from './runs.ts';
import { requireAllowed, requireApproved, requireSamePlan } from './start-conditions.ts';

interface PreparedRunsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly fleet: Fleet;
  readonly radius: BlastRadius;
  readonly policies: Policies;
  readonly runs: Pick<Runs, 'play' | 'get' | 'isPlaying' | 'noteChange'>;
  readonly environment: string;
  readonly preflight: readonly PreflightEndpoint[];
  /** Who has halted the whole fleet; while it is not null nothing starts. */
  readonly lever: () => Lever | null;
}

export interface PrepareRequest extends PlanRequest {
  /** The digest that the operator saw; `null` when none was shown. */
  readonly expectedDigest: string | null;
  readonly requestedBy: string;
  readonly replayOf: RunId | null;
  readonly firing: { readonly schedule: string; readonly at: number } | null;
}

export interface ApproveRequest {
  readonly run: RunId;
  readonly planDigest: string;
  readonly requestedBy: string;
  readonly comment: string | null;
}

/** A plan, and what the policy says of it just now. */
export interface Judged {
  readonly planned: Planned;
  readonly verdict: PolicyVerdict;
}

export interface Approvals {
  readonly record: RunRecord;
  readonly needed: number;
  readonly approvedBy: readonly string[];
}

export class PreparedRuns {
  readonly #deps: PreparedRunsDeps;
  /** Runs whose start is being decided: a second request must not start them twice. */
  readonly #starting = new Map<RunId, AbortController>();
  /** What changes prepared runs, one after the other: each sees what the one before has left. */
  #turns: Promise<unknown> = Promise.resolve();

  constructor(deps: PreparedRunsDeps) {
    this.#deps = deps;
  }

  /** Throws DOCUMENT_INVALID. */
  async plan(request: PlanRequest, requestedBy: string): Promise<Judged> {
    const planned = await makePlan(request, this.#deps);
    return { planned, verdict: this.#judge(planned, requestedBy) };
  }

  #judge({ experiment, plan }: Planned, name: string): PolicyVerdict {
    const { policies, radius, clock } = this.#deps;
    const policy = policies.inForce;
    if (policy === null) return refuseWithoutPolicy(policies.trouble ?? '');
    const ground = { policy, membership: radius.membership, actor: actorOf(policy, name), now: clock.now() };
    return judgePlan(experiment, plan, ground);
  }

  #requireReleased(): void {
    const lever = this.#deps.lever();
    if (lever !== null) throw new RouletteError('LEVER_ENGAGED', describeLever(lever));
  }

  /** Throws POLICY_ROLE, LEVER_ENGAGED, PLAN_CHANGED, and the first of what would be refused. */
  async prepare(request: PrepareRequest): Promise<{ readonly record: RunRecord; readonly verdict: PolicyVerdict }> {
    const { requestedBy, replayOf, expectedDigest, firing } = request;
    this.#deps.policies.require(requestedBy, 'prepare');
    this.#requireReleased();
    const { planned, verdict } = await this.plan(request, requestedBy);
    requireSamePlan(planned, expectedDigest);
    requireAllowed(planned, verdict);
    const record = this.#recordOf(request, planned);
    const { seed, planDigest, policyDigest, expiresAt } = record;
    const facts = { seed, planDigest, requestedBy, replayOf, policyDigest, expiresAt };
    await this.#append(record.id, [{ type: 'run.prepared', ...facts, ...(firing === null ? {} : { firing }) }], record);
    return { record, verdict };
  }

  #recordOf(
    { document, requestedBy, replayOf }: PrepareRequest,
    { plan, text, digest, experiment }: Planned,
  ): Prepared {
    const { clock, policies } = this.#deps;
    const policy = policies.current();
    const preparedAt = clock.now();
    return {
      id: runId(`run-${randomBytes(6).toString('hex')}`),
      experiment: experiment.name,
      owner: experiment.owner,
      seed: plan.seed,
      planDigest: digest,
      phase: 'prepared',
      verdict: null,
      reason: null,
      requestedBy,
      replayOf,
      preparedAt,
      endedAt: null,
      expiresAt: preparedAt + policy.preparedForMs,
      policyDigest: policy.digest,
      document,
      plan: text,
    };
  }

  /** Throws POLICY_ROLE; PLAN_CHANGED for a plan that is not the run's; RUN_STARTED, RUN_ENDED, RUN_EXPIRED. */
  async approve({ run, planDigest, requestedBy, comment }: ApproveRequest): Promise<Approvals> {
    const { policies, clock } = this.#deps;
    policies.require(requestedBy, 'approve');
    const record = await this.#prepared(run);
    if (planDigest !== record.planDigest)
      throw new RouletteError('PLAN_CHANGED', `the plan of ${run} is ${record.planDigest}, not ${planDigest}`);
    if (requestedBy === record.requestedBy)
      throw new RouletteError('POLICY_ROLE', `${requestedBy} has asked for ${run}, so somebody else has to approve it`);
    const expiresAt = clock.now() + policies.current().approvedForMs;
    const approved = { type: 'run.approved', by: requestedBy, planDigest, expiresAt, comment } as const;
    await this.#change(run, [approved]);
    return this.approvals(record);
  }

  /** How far a prepared run is: what the policy says of it just now, and who has approved. */
  async approvals(record: RunRecord): Promise<Approvals> {
    const { verdict } = await this.#planAgain(record);
    const approvedBy = await this.#approversOf(record, this.#deps.policies.current());
    return { record, needed: verdict.approvals.needed, approvedBy };
  }

  async #approversOf(record: RunRecord, policy: Policy): Promise<readonly string[]> {
    const events = await this.#deps.store.listEvents(record.id, 0);
    return approversOf(events, { record, policy, now: this.#deps.clock.now() });
  }

  async #planAgain({ document, id, seed, requestedBy }: RunRecord): Promise<Judged> {
    return this.plan({ document, file: id, seed }, requestedBy);
  }

  /** What the policy says of a prepared run just now, and who has approved; null for a run that was started. */
  async judge(
    record: RunRecord,
  ): Promise<{ readonly verdict: PolicyVerdict; readonly approvedBy: readonly string[] } | null> {
    if (record.phase !== 'prepared') return null;
    const policy = this.#deps.policies.inForce;
    const approvedBy = policy === null ? [] : await this.#approversOf(record, policy);
    return { verdict: (await this.#planAgain(record)).verdict, approvedBy };
  }

  /**
   * Returns once the start is recorded; the run then plays by itself. Throws POLICY_ROLE, RUN_STARTED, RUN_ENDED,
   * RUN_EXPIRED, LEVER_ENGAGED, PLAN_CHANGED, POLICY_APPROVAL, PREFLIGHT_VETO, and the first of what would be refused.
   */
  async start(run: RunId, requestedBy: string): Promise<RunRecord> {
    const { policies } = this.#deps;
    policies.require(requestedBy, 'start');
    if (this.#starting.has(run)) throw new RouletteError('RUN_STARTED', `${run} is being started`);
    const calledOff = new AbortController();
    this.#starting.set(run, calledOff);
    try {
      return await this.#start(run, requestedBy, calledOff.signal);
    } finally {
      this.#starting.delete(run);
    }
  }

  async #start(run: RunId, by: string, signal: AbortSignal): Promise<RunRecord> {
    const { preflight, runs } = this.#deps;
    let ready = await this.#requireReady(run);
    if (preflight.length > 0) {
      await this.#askPreflight(ready, signal);
      // That took a while; what held before may hold no more.
      ready = await this.#requireReady(run);
    }
    const { planned, approvedBy, policy } = ready;
    return this.#inTurn(async () => {
      const record = await this.#prepared(run);
      const lastSeq = await this.#lastSeq(run);
      if (signal.aborted) throw new RouletteError('RUN_ENDED', `${run} was withdrawn`);
      return runs.play({ record, planned, lastSeq }, { type: 'start', by, policyDigest: policy.digest, approvedBy });
    });
  }

  async #requireReady(run: RunId): Promise<Ready> {
    const record = await this.#prepared(run);
    const { planned, verdict } = await this.#planAgain(record);
    this.#requireReleased();
    requireSamePlan(planned, record.planDigest);
    requireAllowed(planned, verdict);
    const policy = this.#deps.policies.current();
    const approvedBy = await this.#approversOf(record, policy);
    requireApproved(verdict, approvedBy);
    return { record, planned, approvedBy, policy };
  }

  async #askPreflight({ record, planned }: Ready, signal: AbortSignal): Promise<void> {
    const { preflight: endpoints, clock } = this.#deps;
    const verdict = await askPreflight(preflightOf(record, planned.plan), { endpoints, clock, signal });
    const answers = verdict.answers.map(({ endpoint, delivery, ...opinion }) => ({
      endpoint,
      delivery,
      veto: opinion.allow ? null : opinion.reason,
    }));
    await this.#change(record.id, [{ type: 'preflight.answered', answers }]);
    if (verdict.allowed) return;
    const said = verdict.vetoes.map(({ endpoint, reason }) => `${endpoint}: ${reason}`).join('; ');
    throw new RouletteError('PREFLIGHT_VETO', `vetoed: ${said}`);
  }

  /** Throws RUN_STARTED, RUN_ENDED, RUN_EXPIRED. */
  async #prepared(run: RunId): Promise<RunRecord> {
    const record = await this.#stillPrepared(run);
    if (isExpired(record, this.#deps.clock.now()))
      throw new RouletteError('RUN_EXPIRED', `${run} could be started until ${iso(record.expiresAt)}`);
    return record;
  }

  async #stillPrepared(run: RunId): Promise<RunRecord> {
    const { runs } = this.#deps;
    const record = await runs.get(run);
    if (record.phase === 'ended')
      throw new RouletteError('RUN_ENDED', `${run} has ended: ${record.verdict ?? ''}, ${record.reason ?? ''}`);
    if (record.phase !== 'prepared' || runs.isPlaying(run))
      throw new RouletteError('RUN_STARTED', `${run} has been started`);
    return record;
  }

  /** Ends a prepared run that somebody does not want any more. Null for a run that is not prepared. */
  async withdraw({ run, requestedBy: by, reason, ref }: HaltRequest): Promise<RunRecord | null> {
    const record = await this.#deps.runs.get(run);
    if (record.phase !== 'prepared' || this.#deps.runs.isPlaying(run)) return null;
    // Whoever waits for the endpoints of its start learns it now.
    this.#starting.get(run)?.abort();
    const asked = { type: 'halt.requested', by, reason, ref } as const;
    try {
      return await this.#end(run, { verdict: 'aborted', reason: `withdrawn by ${by}: ${reason}` }, [asked]);
    } catch (error) {
      // It was started in this very moment, so it is a run to be halted now.
      if (error instanceof RouletteError && error.code === 'RUN_STARTED') return null;
      throw error;
    }
  }

  /** On a beat: ends what was not started in time. */
  async expire(): Promise<void> {
    const { store, clock, log } = this.#deps;
    try {
      for (const record of await store.openRuns()) {
        if (record.phase !== 'prepared' || !isExpired(record, clock.now()) || this.#starting.has(record.id)) continue;
        await this.#end(
          record.id,
          { verdict: 'refused', reason: `it was not started until ${iso(record.expiresAt)}` },
          [],
        );
      }
    } catch (error) {
      // It cannot be started either way, and the next beat tries again.
      log.error({ err: error }, 'prepared runs that have expired cannot be ended');
    }
  }

  async #end(
    run: RunId,
    ending: { readonly verdict: 'aborted' | 'refused'; readonly reason: string },
    before: readonly RunEventBody[],
  ): Promise<RunRecord> {
    return this.#change(run, [...before, { type: 'run.ended', ...ending }], (record) => ({
      ...record,
      ...ending,
      phase: 'ended',
      endedAt: this.#deps.clock.now(),
    }));
  }

  /** Adds facts to a run that is still prepared. Throws RUN_STARTED, RUN_ENDED. */
  async #change(
    run: RunId,
    facts: readonly RunEventBody[],
    change: (record: RunRecord) => RunRecord = (record) => record,
  ): Promise<RunRecord> {
    const changed = await this.#inTurn(async () => {
      const record = change(await this.#stillPrepared(run));
      await this.#append(run, facts, record);
      return record;
    });
    this.#deps.runs.noteChange(run);
    return changed;
  }

  async #append(run: RunId, facts: readonly RunEventBody[], record: RunRecord): Promise<void> {
    const { store, clock } = this.#deps;
    const last = await this.#lastSeq(run);
    const events = facts.map((body, index): RunEvent => ({ run, seq: last + 1 + index, at: clock.now(), body }));
    await store.append({ run: record, events, audit: events.flatMap((event) => auditOf(event) ?? []) });
  }

  async #lastSeq(run: RunId): Promise<number> {
    return (await this.#deps.store.listEvents(run, 0)).at(-1)?.seq ?? 0;
  }

  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turns.then(act);
    // One that fails is the business of who asked for it, not of the next.
    this.#turns = turn.catch(() => undefined);
    return turn;
  }
}

type Prepared = RunRecord & { readonly expiresAt: number; readonly policyDigest: string };

interface Ready {
  readonly record: RunRecord;
  readonly planned: Planned;
  readonly approvedBy: readonly string[];
  readonly policy: Policy;
}

function isExpired({ expiresAt }: RunRecord, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

function iso(at: number | null): string {
  return at === null ? 'never' : new Date(at).toISOString();
}
