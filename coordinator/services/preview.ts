// What the targets of a plan match on the chosen nodes at this moment. Not part of the plan: processes come
// and go, and the choice among them is made when the order arrives.

import { messageOf } from '../../shared/errors.ts';
import type { NodeId } from '../../shared/domain/ids.ts';
import type { Preview } from '../../shared/rpc/generated/roulette/v1/Preview.ts';
import { toWireSurvey } from '../../shared/rpc/process-wire.ts';
import type { Fleet } from './fleet.ts';
import type { Planned } from './make-plan.ts';

const SURVEY_TIMEOUT_MS = 3000;
/** A preview is for eyes: of larger plans it shows the first nodes. */
const MOST_NODES = 50;

export async function previewTargets(fleet: Fleet, { experiment, plan }: Planned): Promise<Preview[]> {
  const chosen = new Map<string, Set<NodeId>>();
  for (const slot of plan.slots) {
    if (slot.processes === null) continue;
    const nodes = chosen.get(slot.target) ?? new Set();
    for (const node of slot.nodes) if (nodes.size < MOST_NODES) nodes.add(node);
    chosen.set(slot.target, nodes);
  }
  const pairs = [...chosen].flatMap(([target, nodes]) => [...nodes].toSorted().map((node) => ({ target, node })));
  return Promise.all(
    pairs.map(async ({ target, node }) => {
      const processes = experiment.targets[target]?.processes ?? {};
      try {
        const survey = await fleet.survey(node, { processes, drawKey: null }, SURVEY_TIMEOUT_MS);
        return { target, node, result: toWireSurvey(survey), error: '' };
      } catch (error) {
        return { target, node, result: null, error: messageOf(error) };
      }
    }),
  );
}
