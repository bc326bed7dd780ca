// The `processes` monitor's number: how many processes of a target there are, on all its nodes together.

import type { Experiment } from '../../shared/domain/experiment.ts';
import { RouletteError } from '../../shared/errors.ts';
import { selectNodes } from '../core/select-nodes.ts';
import type { Fleet } from './fleet.ts';

/** Longest wait for one node's answer; the monitor's own timeout may be shorter. */
const SURVEY_TIMEOUT_MS = 5000;

/**
 * The nodes are those that are connected now, when the run starts. One of them that is lost later, or does not
 * answer, makes the whole count unknown (it throws): processes that cannot be seen are neither there nor gone.
 */
export function countProcesses(fleet: Fleet, experiment: Experiment): (target: string) => Promise<number> {
  const present = fleet.inventory();
  return async (name) => {
    const target = experiment.targets[name];
    const processes = target?.processes ?? null;
    if (target === undefined || processes === null) {
      throw new RouletteError('INTERNAL', `target ${name} has no processes`);
    }
    const nodes = selectNodes(target.nodes, present);
    const surveys = nodes.map((node) => fleet.survey(node.id, { processes, drawKey: null }, SURVEY_TIMEOUT_MS));
    const counts = (await Promise.all(surveys)).map((survey) => survey.matches.length);
    return counts.reduce((sum, count) => sum + count, 0);
  };
}
