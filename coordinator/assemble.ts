// The services of a coordinator, put together on its store: loaded with what an earlier one left, and with its open runs
// being closed.

import type { Logger } from 'pino';
import type { Clock } from '../shared/clock.ts';
import type { Lever as Engaged } from '../shared/domain/run.ts';
import type { CoordinatorConfig } from '../shared/schema/config.ts';
import { BlastRadius } from './services/blast-radius.ts';
import { Fleet } from './services/fleet.ts';
import { Lever } from './services/lever.ts';
import { Policies } from './services/policies.ts';
import { PreparedRuns } from './services/prepared-runs.ts';
import { Runs } from './services/runs.ts';
import { Schedules } from './services/schedules.ts';
import type { Store } from './store/port.ts';

export interface Services {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly radius: BlastRadius;
  readonly policies: Policies;
  readonly runs: Runs;
  readonly lever: Lever;
  readonly prepared: PreparedRuns;
  readonly schedules: Schedules;
}

interface AssembleDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly term: number;
}

/** A node that missed this many beats counts as lost. */
const MISSED_BEATS = 3;
/** How much longer than lease or duration a node's word is waited for. */
const GRACE_MS = 2000;

export async function assembleServices(config: CoordinatorConfig, deps: AssembleDeps): Promise<Services> {
  const { store, clock, log, term } = deps;
  const { environment, leaseMs, beatMs, preflight } = config;
  const fleet = new Fleet({ clock, silenceMs: MISSED_BEATS * beatMs });
  const about = { store, clock, fleet, log, leaseMs, graceMs: GRACE_MS };
  const engaged = await store.lever();
  if (engaged !== null) log.warn({ lever: engaged }, 'the fleet is halted: no run starts until it is released');
  // It listens to the fleet before the runs do: what they decide with is up to date.
  const radius = new BlastRadius(about);
  await radius.load();
  const policies = new Policies({
    folder: config.policy,
    store,
    clock,
    log,
    changed: ({ rules }) => radius.setRules(rules),
  });
  await policies.load();
  const blockedBy = (): Engaged | null => lever.engaged;
  const runs = new Runs({ ...about, radius, term, lever: blockedBy });
  const lever = new Lever(engaged, { ...about, runs });
  const prepared = new PreparedRuns({ ...about, environment, radius, policies, runs, preflight, lever: blockedBy });
  const schedules = new Schedules({ ...about, policies, prepared, runs });
  await schedules.load();
  await runs.closeLeftovers();
  return { store, fleet, radius, policies, runs, lever, prepared, schedules };
}
