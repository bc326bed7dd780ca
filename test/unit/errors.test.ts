import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { ERRORS, EXIT, isErrorCode, RouletteError } from '../../shared/errors.ts';
import { packageRoot } from '../../shared/package-root.ts';
import { fromStatus, toStatus } from '../../shared/rpc/failure.ts';

const FAMILIES = [
  'USAGE',
  'DOCUMENT',
  'CONFIG',
  'RUN',
  'NODE',
  'SCHEDULE',
  'PLAN',
  'POLICY',
  'PREFLIGHT',
  'GATE',
  'ORDER',
  'FAULT',
  'AGENT',
  'JOURNAL',
  'LEVER',
  'GUARD',
  'KEEPER',
  'RPC',
  'AUDIT',
  'STORE',
  'INTERNAL',
];

interface Row {
  readonly code: string;
  readonly exit: number;
  readonly http: number;
  readonly grpc: string;
  readonly meaning: string;
  readonly remedy: string;
}

/** The rows of the table in docs/errors.md. */
function documented(): Row[] {
  const text = readFileSync(path.join(packageRoot(), 'docs', 'errors.md'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .map(([code = '', exit, http, status = '', meaning = '', remedy = '']) => ({
      code: code.replaceAll('`', ''),
      exit: Number(exit),
      http: Number(http),
      grpc: status,
      meaning,
      remedy,
    }));
}

describe('the error catalogue', () => {
  it('and its page say the same, row by row', () => {
    const catalogue = Object.entries(ERRORS).map(([code, entry]) => ({ code, ...entry }));

    expect(documented()).toEqual(catalogue);
  });

  it('has the exit codes of the public contract', () => {
    expect(EXIT).toEqual({
      done: 0,
      refuted: 1,
      usage: 2,
      aborted: 3,
      refused: 4,
      unreachable: 5,
      inconclusive: 6,
      internal: 70,
    });
    expect(Object.values(ERRORS).every(({ exit }) => Object.values(EXIT).includes(exit))).toBe(true);
  });

  it('names no success and no verdict as the exit of an error', () => {
    const exits = new Set<number>(Object.values(ERRORS).map(({ exit }) => exit));

    expect([EXIT.done, EXIT.refuted, EXIT.inconclusive].filter((exit) => exits.has(exit))).toEqual([]);
  });

  it('has codes of known families, statuses that gRPC has, and sentences', () => {
    for (const [code, entry] of Object.entries(ERRORS)) {
      expect(FAMILIES).toContain(code.split('_')[0]);
      expect(code).toMatch(/^[A-Z_]+$/u);
      expect(grpc.status[entry.grpc]).toBeTypeOf('number');
      expect(entry.meaning).toMatch(/^[A-Z].*\.$/u);
      expect(entry.remedy).toMatch(/^[A-Z`].*\.$/u);
    }
  });

  it('travels over the wire by code, never by text', () => {
    for (const code of Object.keys(ERRORS)) {
      if (!isErrorCode(code)) throw new Error(`${code} is a code`);
      const status = toStatus(new RouletteError(code, 'a message: RUN_NOT_FOUND'));
      const back = fromStatus(Object.assign(new Error(status.details), status), 'here');

      expect({ code: back.code, message: back.message }).toEqual({ code, message: 'a message: RUN_NOT_FOUND' });
    }
  });

  it('says of a coordinator that does not answer where it was looked for', () => {
    const silent = Object.assign(new Error('x'), {
      code: grpc.status.UNAVAILABLE,
      details: 'refused',
      metadata: new grpc.Metadata(),
    });

    expect(fromStatus(silent, '127.0.0.1:7400')).toMatchObject({
      code: 'RPC_UNREACHABLE',
      exit: 5,
      message: expect.stringContaining('127.0.0.1:7400'),
    });
  });

  it('takes what is not in the catalogue for a defect', () => {
    expect(toStatus(new TypeError('oops'))).toMatchObject({ code: grpc.status.INTERNAL });
  });
});
