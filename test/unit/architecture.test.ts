import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../shared/package-root.ts';

const root = packageRoot();

/** Every relative import of a folder, as [file, imported path], both from the package's root. */
function importsOf(folder: string): [string, string][] {
  return sourcesOf(folder).flatMap((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    return [...text.matchAll(/from '(\.[^']+)'/gu)].map(([, specifier]): [string, string] => [
      file,
      path.join(path.dirname(file), specifier ?? ''),
    ]);
  });
}

function sourcesOf(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('generated'))
    .map((file) => path.join(folder, file));
}

function violations(folder: string, isForbidden: (imported: string) => boolean): string[] {
  return importsOf(folder)
    .filter(([, imported]) => isForbidden(imported))
    .map(([file, imported]) => `${file} imports ${imported}`);
}

describe('the borders between folders', () => {
  it('finds the sources it is meant to look at', () => {
    const counts = ['agent', 'coordinator', 'shared', 'cli'].map((folder) => importsOf(folder).length);

    expect(Math.min(...counts)).toBeGreaterThan(5);
  });

  it('keeps agent and coordinator apart', () => {
    const crossings = [
      ...violations('agent', (imported) => /^(coordinator|cli)\//u.test(imported)),
      ...violations('coordinator', (imported) => /^(agent|cli)\//u.test(imported)),
    ];

    expect(crossings).toEqual([]);
  });

  it('keeps shared free of everything that is not shared', () => {
    const crossings = violations('shared', (imported) => !imported.startsWith('shared/'));

    expect(crossings).toEqual([]);
  });

  it('lets the command line see nothing of the coordinator but its pure core', () => {
    const crossings = violations(
      'cli',
      (imported) =>
        imported.startsWith('agent/') ||
        (imported.startsWith('coordinator/') && !imported.startsWith('coordinator/core/')),
    );

    expect(crossings).toEqual([]);
  });

  it('keeps core folders pure: no package with I/O, no clock, no chance', () => {
    const pure = [...sourcesOf('agent/core'), ...sourcesOf('coordinator/core'), ...sourcesOf('shared/domain')];
    const impure = pure.filter((file) => {
      const text = readFileSync(path.join(root, file), 'utf8');
      return (
        /from '(?:node:|@grpc|better-sqlite3|pino|systeminformation|ps-list)/u.test(text) ||
        /Math\.random|Date\.now|setTimeout\(/u.test(text)
      );
    });

    expect(pure.length).toBeGreaterThan(10);
    expect(impure).toEqual([]);
  });

  it('lets core import only core and shared', () => {
    const crossings = [
      ...violations('coordinator/core', (imported) => !/^(coordinator\/core|shared)\//u.test(imported)),
      ...violations('agent/core', (imported) => !/^(agent\/core|shared)\//u.test(imported)),
    ];

    expect(crossings).toEqual([]);
  });
});
