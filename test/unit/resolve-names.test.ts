import { describe, expect, it } from 'vitest';
import { resolveNames } from '../../shared/resolve-names.ts';
import { createManualClock } from '../support/manual-clock.ts';

describe('host names', () => {
  it('have all addresses that the resolver gives, each name its own', async () => {
    const lookup = (name: string): Promise<{ address: string }[]> =>
      Promise.resolve([{ address: `${name.length}.0.0.1` }, { address: 'fd00::1' }]);

    const names = await resolveNames(['a', 'bc'], { lookup, clock: createManualClock() });

    expect([...names]).toEqual([
      ['a', ['1.0.0.1', 'fd00::1']],
      ['bc', ['2.0.0.1', 'fd00::1']],
    ]);
  });

  it('have none when the resolver knows none, and the others are not lost by that', async () => {
    const lookup = (name: string): Promise<{ address: string }[]> =>
      name === 'b' ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve([{ address: '1.1.1.1' }]);

    const names = await resolveNames(['a', 'b'], { lookup, clock: createManualClock() });

    expect([...names]).toEqual([
      ['a', ['1.1.1.1']],
      ['b', []],
    ]);
  });

  it('have none when the resolver does not answer within 5 s', async () => {
    const clock = createManualClock();
    const names = resolveNames(['a'], { lookup: () => new Promise(() => undefined), clock });
    let isDone = false;
    void names.then(() => {
      isDone = true;
    });

    await clock.advance(4999);
    expect(isDone).toBe(false);
    await clock.advance(1);

    expect([...(await names)]).toEqual([['a', []]]);
  });
});
