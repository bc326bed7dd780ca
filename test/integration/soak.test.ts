import { describe, expect, it } from 'vitest';
import { drawCycle, soak } from '../crash/soak.ts';

describe('a soak', () => {
  it('of some random crashes leaves nothing', { timeout: 120_000 }, async () => {
    const { leftovers, cleanMs } = await soak({ cycles: 16, seed: 'short', lanes: 4, leaseMs: 5000 });

    expect(leftovers).toEqual([]);
    expect(Object.values(cleanMs).flat().length).toBeGreaterThan(0);
  });

  it('is drawn from its seed', () => {
    const cycles = (seed: string): unknown[] => Array.from({ length: 20 }, (_, cycle) => drawCycle(seed, cycle));

    expect(cycles('a')).toEqual(cycles('a'));
    expect(cycles('a')).not.toEqual(cycles('b'));
  });
});
