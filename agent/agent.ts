// The agent as a whole: journal, recovery, keeper, guard, targets, injector and session, put together and taken apart
// again.

import type { Logger } from 'pino';
import { repeatEvery, sleep, type Clock } from '../shared/clock.ts';
import { canonicalJson } from '../shared/canonical.ts';
import { nodeId } from '../shared/domain/ids.ts';
import type { Capability } from '../shared/faults/capabilities.ts';
import { FAULT_KINDS, faultSpec } from '../shared/faults/index.ts';
import { specHash } from '../shared/faults/spec.ts';
import type { AgentConfig } from '../shared/schema/config.ts';
import { createBeats } from './core/beats.ts';
import { unsettledEnds } from './core/journal-records.ts';
import { createGuardFile, type GuardFile } from './effects/guard-file.ts';
import { builtInLabels, readAddresses, readFacts } from './effects/host-facts.ts';
import { createMetricsReader } from './effects/host-metrics.ts';
import { createHostProbe } from './effects/host-probe.ts';
import { createInjections } from './effects/injector.ts';
import type { Injections } from './effects/injections.ts';
import type { Journal, OpenJournal } from './effects/journal.ts';
import { Keeper } from './effects/keeper.ts';
import { createNetworkFacts } from './effects/network/facts.ts';
import { readCapabilities } from './effects/network/probe.ts';
import { createNodeGuard, type NodeGuard } from './effects/node-guard.ts';
import type { StuckInjection } from './effects/stuck.ts';
import { openTermFile, type TermFile } from './effects/term-file.ts';
import { createOutbox, type Outbox } from './rpc/outbox.ts';
import { createReach, type Reach } from './rpc/reach.ts';
import { createClient, keepSession, type NodeItself } from './rpc/session.ts';
import { filesOf, openAndRecover, takeFolder, type StateFiles } from './state.ts';
import { readStat } from './targets/proc.ts';
import { createTargets, type Targets } from './targets/targets.ts';

export interface Agent {
  /** Takes everything back, tells the coordinator, and disconnects. */
  readonly stop: () => Promise<void>;
}

export interface AgentDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly openJournal: OpenJournal;
  /** argv that starts a keeper; the agent adds what it is to keep. */
  readonly keeper: readonly [string, ...string[]];
}

/** Facts change with upgrades and hot-plugged memory, not from minute to minute. */
const FACTS_EVERY_MS = 10 * 60_000;
/** The hours of the guard begin and end without any change of its file. */
const GUARD_EVERY_MS = 1000;
/** How long a stopping agent waits for the coordinator to take its last words. */
const FAREWELL_MS = 1000;
const POLL_MS = 20;

/** Throws AGENT_RUNNING, and JOURNAL_UNWRITABLE: an agent that cannot note its undos does not start, but it undoes what it finds. */
export async function startAgent(config: AgentConfig, deps: AgentDeps): Promise<Agent> {
  const { clock, log } = deps;
  const files = filesOf(config.stateDir);
  const folder = takeFolder(config.stateDir);
  const { journal, left } = await openAndRecover(files, deps);
  const outbox = createOutbox({
    ends: [...unsettledEnds(journal.found.records), ...left.map(({ end }) => end)],
    onSettled: (order) => noteSettled(journal, order, log),
  });

  // What holds up everything else for long comes before there is a keeper: it would take the agent for stuck.
  const client = createClient(config.coordinator);
  const capabilities = await readCapabilities(nodeId(config.node));
  const reach = createReach(clock);
  const host = createHost(config, deps, { files, journal, left, outbox, reach, capabilities });
  const { injections, keeper, guard, guardFile, targets, term } = host;
  await keeper.started();
  const itself = await watchItself(config, { clock, guard, capabilities });
  const stopGuard = enforceGuard(guardFile, injections, clock);

  const session = new AbortController();
  const kept = keepSession(
    {
      node: nodeId(config.node),
      coordinator: config.coordinator,
      client,
      introduce: itself.now,
      survey: ({ processes, drawKey }) => targets.select(processes, drawKey),
      metrics: createMetricsReader(),
      injections,
      term,
      beats: createBeats(),
      outbox,
      reach,
      clock,
      log,
    },
    session.signal,
  );
  return {
    stop: async () => {
      itself.stop();
      stopGuard();
      await injections.stop();
      await untilSaid(outbox, clock);
      session.abort();
      await kept;
      journal.close();
      await keeper.stop();
      folder.release();
    },
  };
}

interface Beginning {
  readonly files: StateFiles;
  readonly journal: Journal;
  /** What the start could not take back. */
  readonly left: readonly StuckInjection[];
  readonly outbox: Outbox;
  readonly reach: Reach;
  readonly capabilities: readonly Capability[];
}

/** What acts on this node. */
interface Host {
  readonly injections: Injections;
  readonly keeper: Keeper;
  readonly guard: NodeGuard;
  readonly guardFile: GuardFile;
  readonly targets: Targets;
  readonly term: TermFile;
}

function createHost(config: AgentConfig, deps: AgentDeps, beginning: Beginning): Host {
  const { files, journal, left, outbox, reach, capabilities } = beginning;
  const { clock, log } = deps;
  const { services, environment } = config;
  const term = openTermFile(files.term);
  const guardFile = createGuardFile(config.guard, clock);
  const guard = createNodeGuard({ file: guardFile, environment, services, clock });
  const targets = createTargets({ services, selfPid: process.pid, veto: guard.veto });
  const startTicks = readStat(process.pid)?.startTicks ?? '';
  const keeper = new Keeper({
    command: [...deps.keeper, files.journal, files.notes, String(process.pid), startTicks],
    clock,
    log,
    onUnkept: () => void injections.endAll('unkept'),
  });
  const injections = createInjections({
    journal,
    clock,
    targets,
    probe: createHostProbe({ clock, targets }),
    network: createNetworkFacts(config.coordinator, clock),
    prove: reach.prove,
    capabilities,
    guard,
    term,
    log,
    isKept: () => keeper.isArmed(),
    onEnd: outbox.ended,
    left: left.filter(({ end }) => !end.reverted),
  });
  return { injections, keeper, guard, guardFile, targets, term };
}

function noteSettled(journal: Journal, order: Parameters<Outbox['settled']>[0], log: Logger): void {
  try {
    journal.append({ type: 'settled', order });
  } catch (error) {
    // It is then told once more after the next start, and settled again.
    log.warn({ order, err: error }, 'a settled end could not be journalled');
  }
}

async function untilSaid(outbox: Outbox, clock: Clock): Promise<void> {
  const deadline = clock.monotonic() + FAREWELL_MS;
  while (outbox.orders().length > 0 && clock.monotonic() < deadline) await sleep(clock, POLL_MS);
}

/** What the node is, as a new object whenever that has changed. */
async function watchItself(
  config: AgentConfig,
  deps: { readonly clock: Clock; readonly guard: NodeGuard; readonly capabilities: readonly Capability[] },
): Promise<{ readonly now: () => NodeItself; readonly stop: () => void }> {
  const { clock, guard } = deps;
  let known = await introduce(config, deps);
  const stop = repeatEvery(clock, FACTS_EVERY_MS, async () => {
    const fresh = await introduce(config, deps);
    if (canonicalJson(fresh) !== canonicalJson(known)) known = fresh;
  });
  return {
    now: () => {
      const said = guard.describe();
      if (said !== known.guard) known = { ...known, guard: said };
      return known;
    },
    stop,
  };
}

function enforceGuard(file: GuardFile, injections: Injections, clock: Clock): () => void {
  const stopWatch = file.watch(() => void injections.enforceGuard(true));
  const stopHours = repeatEvery(clock, GUARD_EVERY_MS, () => injections.enforceGuard(false));
  return () => {
    stopWatch();
    stopHours();
  };
}

async function introduce(
  config: AgentConfig,
  { guard, capabilities }: { readonly guard: NodeGuard; readonly capabilities: readonly Capability[] },
): Promise<NodeItself> {
  const facts = await readFacts();
  return {
    id: nodeId(config.node),
    environment: config.environment,
    labels: { ...config.labels, ...builtInLabels(config.node, facts) },
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, specHash(faultSpec(kind))])),
    capabilities,
    addresses: config.addresses ?? readAddresses(),
    facts,
    guard: guard.describe(),
  };
}
