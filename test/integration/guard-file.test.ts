import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createGuardFile, type GuardFile } from '../../agent/effects/guard-file.ts';
import { systemClock, type Clock } from '../../shared/clock.ts';
import { buildReading } from '../support/guard-builders.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

/** Nobody on Debian; any user would do who is neither root nor the one that runs the tests. */
const SOMEBODY_ELSE = 65_534;
const STAGING = 'environment: staging\n';

/** A guard file of the test's own, in a folder of its own. */
function makeGuard(text = STAGING): { readonly name: string; readonly folder: string; readonly guard: GuardFile } {
  const folder = path.join(makeTemporaryDirectory(), 'roulette');
  mkdirSync(folder, { mode: 0o755 });
  const name = path.join(folder, 'guard.yaml');
  writeFileSync(name, text, { mode: 0o644 });
  return { name, folder, guard: createGuardFile(name, systemClock) };
}

/** Counts the calls of a watch, and waits for the next one. */
function watch(guard: GuardFile): { readonly count: () => number; readonly next: () => Promise<void> } {
  let count = 0;
  let awaited = 0;
  onTestFinished(
    guard.watch(() => {
      count += 1;
    }),
  );
  return {
    count: () => count,
    next: async () => {
      awaited += 1;
      await vi.waitFor(() => expect(count).toBeGreaterThanOrEqual(awaited), { timeout: 20_000, interval: 10 });
    },
  };
}

function whyOf(guard: GuardFile): string {
  const reading = guard.read();
  return reading.ok ? 'it is usable' : reading.why;
}

/** What somebody does to a guard that was usable, and what the node then says. `NAME` stands for its path. */
const SPOILT: [string, (place: { readonly name: string; readonly folder: string }) => void, string][] = [
  ['removed', ({ name }) => rmSync(name), 'there is no guard file NAME, and without one nothing is injected'],
  [
    'removed with its folder',
    ({ folder }) => rmSync(folder, { recursive: true }),
    'there is no guard file NAME, and without one nothing is injected',
  ],
  [
    'given to somebody else',
    ({ name }) => chownSync(name, SOMEBODY_ELSE, SOMEBODY_ELSE),
    `the guard file NAME belongs to uid ${SOMEBODY_ELSE}, and must belong to root or to the agent's user`,
  ],
  [
    'opened for writing to everybody',
    ({ name }) => chmodSync(name, 0o666),
    'the guard file NAME can be written by everybody',
  ],
  [
    'replaced by a symbolic link to a good guard',
    ({ name, folder }) => {
      renameSync(name, path.join(folder, 'other.yaml'));
      symlinkSync(path.join(folder, 'other.yaml'), name);
    },
    'the guard file NAME is a symbolic link, and must be the file itself',
  ],
  [
    'replaced by a fifo that nobody writes to',
    ({ name }) => {
      rmSync(name);
      execFileSync('mkfifo', [name]);
    },
    'the guard file NAME is not a regular file',
  ],
  [
    'replaced by a folder',
    ({ name }) => {
      rmSync(name);
      mkdirSync(name);
    },
    'the guard file NAME is not a regular file',
  ],
  [
    'left in a folder that everybody can write',
    ({ folder }) => chmodSync(folder, 0o777),
    'the guard file NAME is in a folder that everybody can write',
  ],
  [
    'left in a folder of somebody else',
    ({ folder }) => chownSync(folder, SOMEBODY_ELSE, SOMEBODY_ELSE),
    `the guard file NAME is in a folder of uid ${SOMEBODY_ELSE}, which must belong to root or to the agent's user`,
  ],
  [
    'grown beyond 64 KiB',
    ({ name }) => writeFileSync(name, `${STAGING}#${'x'.repeat(64 * 1024)}`),
    'the guard file NAME is larger than 65536 bytes',
  ],
  [
    'written in another encoding',
    ({ name }) =>
      writeFileSync(name, Buffer.from('environment: staging\ntargets: { deny: [{ name: caf\u00E9 }] }\n', 'latin1')),
    'the guard file NAME cannot be read: ',
  ],
  ['emptied', ({ name }) => truncateSync(name), 'NAME:1:1: environment: is missing: expected a text'],
  [
    'edited into something else',
    ({ name }) => writeFileSync(name, 'environment: staging\ndenny: [cpu-load]\n'),
    'NAME:2:1: `denny` is not a key of the guard; did you mean `deny`?',
  ],
];

describe('a guard file', () => {
  it('is read when it is in order', () => {
    const { guard } = makeGuard('environment: staging\nmost: 2\n');

    const reading = guard.read();

    expect(reading).toEqual(buildReading({ most: 2 }));
  });

  it.each(SPOILT)('that was %s refuses everything, and its watch tells', async (_, spoil, why) => {
    const { guard, ...place } = makeGuard();
    const before = guard.read();
    const watched = watch(guard);

    spoil(place);
    const after = whyOf(guard);
    await watched.next();

    expect(before).toEqual(buildReading());
    expect(after.startsWith(why.replace('NAME', place.name)), after).toBe(true);
    expect(whyOf(guard)).toBe(after);
  });

  it('is usable again once it is mended, and its watch tells', async () => {
    const { guard, name } = makeGuard();
    chmodSync(name, 0o666);
    const before = whyOf(guard);
    const watched = watch(guard);

    chmodSync(name, 0o600);
    await watched.next();

    expect(before).toContain('can be written by everybody');
    expect(guard.read()).toEqual(buildReading());
  });

  it('that comes to be while it is watched is found', async () => {
    const { guard, name } = makeGuard();
    rmSync(name);
    const watched = watch(guard);

    writeFileSync(name, STAGING);
    await watched.next();

    expect(guard.read()).toEqual(buildReading());
  });

  it('may be in a folder that everybody can write when that is sticky', () => {
    const { guard, folder } = makeGuard();
    chmodSync(folder, 0o1777);

    const reading = guard.read();

    expect(reading).toEqual(buildReading());
  });

  it('may be written by its group, whom its owner has chosen', () => {
    const { guard, name } = makeGuard();
    chmodSync(name, 0o664);

    const reading = guard.read();

    expect(reading).toEqual(buildReading());
  });

  it('is seen to be edited in place, each time', async () => {
    const { guard, name } = makeGuard();
    const watched = watch(guard);

    const seen: unknown[] = [];
    for (const most of [1, 2, 3]) {
      writeFileSync(name, `environment: staging\nmost: ${most}\n`);
      await watched.next();
      seen.push(guard.read());
    }

    expect(seen).toEqual([1, 2, 3].map((most) => buildReading({ most })));
  });

  it('is seen to be replaced by rename, each time', async () => {
    const { guard, name } = makeGuard();
    const watched = watch(guard);

    const seen: unknown[] = [];
    for (const most of [1, 2, 3]) {
      writeFileSync(`${name}.new`, `environment: staging\nmost: ${most}\n`, { mode: 0o644 });
      renameSync(`${name}.new`, name);
      await watched.next();
      seen.push(guard.read());
    }

    expect(seen).toEqual([1, 2, 3].map((most) => buildReading({ most })));
  });

  it('is told to have changed when another with the same text has taken its place', async () => {
    const { guard, name } = makeGuard();
    const watched = watch(guard);

    writeFileSync(`${name}.new`, STAGING, { mode: 0o644 });
    renameSync(`${name}.new`, name);
    await watched.next();

    expect(guard.read()).toEqual(buildReading());
  });

  it('is never read as it was, however fast it is edited and however its times are set', () => {
    const { guard, name } = makeGuard();
    const before = statSync(name);

    // Of one length, and within one tick of the clock that files are dated with.
    const seen = Array.from({ length: 200 }, (_, round) => {
      writeFileSync(name, `environment: staging\nmost: ${round % 10}\n`);
      utimesSync(name, before.atime, before.mtime);
      return guard.read();
    });

    expect(seen).toEqual(Array.from({ length: 200 }, (_, round) => buildReading({ most: round % 10 })));
  });

  it('is not said to have changed when another file in its folder has', async () => {
    const { name, folder } = makeGuard();
    let looks = 0;
    const after: Clock['after'] = (delayMs, callback) =>
      systemClock.after(delayMs, () => {
        callback();
        looks += 1;
      });
    const watched = watch(createGuardFile(name, { ...systemClock, after }));

    writeFileSync(path.join(folder, 'other.yaml'), 'environment: production\n');
    await vi.waitFor(() => expect(looks).toBeGreaterThanOrEqual(2), { timeout: 20_000, interval: 10 });

    expect(watched.count()).toBe(0);
  });

  it('is no longer watched once the watch is ended', async () => {
    const { guard, name } = makeGuard();
    let late = 0;
    const stop = guard.watch(() => {
      late += 1;
    });
    const watched = watch(guard);

    stop();
    chmodSync(name, 0o600);
    await watched.next();
    chmodSync(name, 0o644);
    await watched.next();

    expect(late).toBe(0);
  });

  it('tells of at most the first three errors', () => {
    const { guard, name } = makeGuard('environment: staging\na: 1\nb: 1\nc: 1\nd: 1\ne: 1\n');

    const why = whyOf(guard);

    expect(why).toBe(
      `${name}:2:1: \`a\` is not a key of the guard; ${name}:3:1: \`b\` is not a key of the guard; ` +
        `${name}:4:1: \`c\` is not a key of the guard; and 2 more`,
    );
  });
});
