import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BROKEN_PARTS, SOUND_PARTS } from '../support/broken-ledgers.ts';
import { simulate, type Scenario } from '../support/fleet-simulator.ts';
import { scenariosOf, type Focus } from '../support/radius-scenarios.ts';
import type { Parts } from '../support/simulated-coordinator.ts';

function holdsFor(parts: Parts, focus: Focus = {}): fc.IProperty<[Scenario]> {
  return fc.property(scenariosOf(focus), (scenario) => {
    simulate(scenario, parts);
  });
}

/** Longer than it takes anywhere: it plays some thousand minutes of a fleet. */
const PATIENCE_MS = 240_000;

describe('whatever happens to a fleet', () => {
  it(
    'no rule is ever broken, and nothing stays reserved for ever',
    () => {
      fc.assert(holdsFor(SOUND_PARTS), { numRuns: 4000 });
    },
    PATIENCE_MS,
  );
});

describe('that is found out when', () => {
  it.each(Object.entries(BROKEN_PARTS))(
    '%s',
    (_, { focus, ...parts }) => {
      const found = fc.check(holdsFor({ ...SOUND_PARTS, ...parts }, focus), { numRuns: 4000, endOnFailure: true });

      expect(found.failed).toBe(true);
    },
    PATIENCE_MS,
  );
});
