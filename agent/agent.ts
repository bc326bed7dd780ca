// The agent as a whole: journal, recovery, targets, injector and session, put together and taken apart again.

import path from 'node:path';
import type { Logger } from 'pino';
import { repeatEvery, sleep, type Clock } from '../shared/clock.ts';
import { canonicalJson } from '../shared/canonical.ts';
import { nodeId } from '../shared/domain/ids.ts';
import { FAULT_KINDS, faultSpec } from '../shared/faults/index.ts';
import { specHash } from '../shared/faults/spec.ts';
import type { Introduction } from '../shared/rpc/node-wire.ts';
import type { AgentConfig } from '../shared/schema/config.ts';
import { builtInLabels, readBootId, readCapabilities, readFacts } from './effects/host-facts.ts';
import { createMetricsReader } from './effects/host-metrics.ts';
import { createHostProbe } from './effects/host-probe.ts';
import { createInjections } from './effects/injector.ts';
import { openJournal } from './effects/journal.ts';
import { recover } from './effects/recover.ts';
import { createOutbox } from './rpc/outbox.ts';
import { keepSession } from './rpc/session.ts';
import { createTargets } from './targets/targets.ts';

export interface Agent {
  /** Takes everything back, tells the coordinator, and disconnects. */
  readonly stop: () => Promise<void>;
}

/** Facts change with upgrades and hot-plugged memory, not from minute to minute. */
const FACTS_EVERY_MS = 10 * 60_000;
/** How long a stopping agent waits for the coordinator to take its last words. */
const FAREWELL_MS = 1000;
const POLL_MS = 20;

/** Throws JOURNAL_UNWRITABLE: an agent that cannot note its undos does not start. */
export async function startAgent(
  config: AgentConfig,
  deps: { readonly clock: Clock; readonly log: Logger },
): Promise<Agent> {
  const { clock, log } = deps;
  const node = nodeId(config.node);
  const outbox = createOutbox();
  const journal = openJournal(path.join(config.stateDir, 'journal.jsonl'), readBootId());
  for (const damage of journal.damage) log.error({ damage }, 'the undo journal is damaged');
  for (const end of await recover({ journal, clock, log })) {
    log.warn({ order: end.orderId, reverted: end.reverted, revertErrors: end.revertErrors }, 'recovered');
    outbox.ended(end);
  }

  const targets = createTargets({ services: config.services, selfPid: process.pid });
  const probe = createHostProbe({ clock, targets });
  const capabilities = readCapabilities();
  const injections = createInjections({ journal, clock, targets, probe, capabilities, log, onEnd: outbox.ended });
  let introduction = await introduce(config);
  const stopFacts = repeatEvery(clock, FACTS_EVERY_MS, async () => {
    const fresh = await introduce(config);
    if (canonicalJson(fresh) !== canonicalJson(introduction)) introduction = fresh;
  });

  const session = new AbortController();
  const kept = keepSession(
    {
      node,
      coordinator: config.coordinator,
      introduce: () => introduction,
      injections,
      survey: ({ processes, drawKey }) => targets.select(processes, drawKey),
      metrics: createMetricsReader(),
      outbox,
      clock,
      log,
    },
    session.signal,
  );
  return {
    stop: async () => {
      stopFacts();
      await injections.stop();
      const deadline = clock.monotonic() + FAREWELL_MS;
      while (!outbox.isEmpty() && clock.monotonic() < deadline) await sleep(clock, POLL_MS);
      session.abort();
      await kept;
      journal.close();
    },
  };
}

async function introduce(config: AgentConfig): Promise<Omit<Introduction, 'activeOrders'>> {
  const facts = await readFacts();
  return {
    id: nodeId(config.node),
    environment: config.environment,
    labels: { ...config.labels, ...builtInLabels(config.node, facts) },
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, specHash(faultSpec(kind))])),
    capabilities: readCapabilities(),
    facts,
  };
}
