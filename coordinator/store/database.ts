// Opens the database file for one coordinator at a time, durable and private to its user.
//
// The lock is an exclusive SQLite lock on an empty file beside the database, held until close; the kernel
// drops it when the process dies, however it dies. The database itself stays in normal locking mode, so that
// a person can read it with `sqlite3` while the coordinator runs.

import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { messageOf, RouletteError, type ErrorCode } from '../../shared/errors.ts';

/** Longest wait for a person's `sqlite3` to let go. SQLite blocks the whole process meanwhile, so it is short. */
const BUSY_TIMEOUT_MS = 1000;

export interface LockedDatabase {
  readonly db: Sqlite.Database;
  readonly close: () => void;
}

/**
 * Opens the file, which gets mode 0600, and makes missing parent directories with mode 0700. `prepare` sees the
 * database before anything in it is changed; when it throws, everything is closed again. Throws STORE_LOCKED, STORE_UNWRITABLE or STORE_UNREADABLE.
 */
export function openLocked(file: string, prepare: (db: Sqlite.Database) => void): LockedDatabase {
  const lock = takeLock(file);
  try {
    const db = openDatabase(file, prepare);
    return {
      db,
      close: () => {
        db.close();
        lock.close();
      },
    };
  } catch (error: unknown) {
    lock.close();
    throw error;
  }
}

function takeLock(file: string): Sqlite.Database {
  const lockFile = `${file}-lock`;
  makePrivate(lockFile);
  return translate('STORE_UNWRITABLE', `cannot lock ${lockFile}`, () => {
    const lock = new Sqlite(lockFile, { timeout: 0 });
    try {
      // Nothing is ever written to the lock file, so it needs no journal beside it.
      lock.pragma('journal_mode = MEMORY');
      lock.exec('BEGIN EXCLUSIVE');
      return lock;
    } catch (error: unknown) {
      lock.close();
      if (!isBusy(error)) throw error;
      throw new RouletteError('STORE_LOCKED', `another coordinator has ${file} open`, { cause: error });
    }
  });
}

function openDatabase(file: string, prepare: (db: Sqlite.Database) => void): Sqlite.Database {
  makePrivate(file);
  return translate(codeOfOpening, `cannot open ${file}`, () => {
    const db = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS });
    try {
      prepare(db);
      return db;
    } catch (error: unknown) {
      db.close();
      throw error;
    }
  });
}

/** SQLite gives its journals the mode of the database file, so this covers them too. */
function makePrivate(file: string): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    createEmpty(file);
    chmodSync(file, 0o600);
  } catch (error: unknown) {
    throw new RouletteError('STORE_UNWRITABLE', `cannot use ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** Never opens an existing file: closing it would drop the locks that this process holds on it (fcntl(2)). */
function createEmpty(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error: unknown) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** Runs `act`; what SQLite throws becomes an error of the catalogue. */
export function translate<T>(code: ErrorCode | ((sqliteCode: string) => ErrorCode), what: string, act: () => T): T {
  try {
    return act();
  } catch (error: unknown) {
    if (!(error instanceof Sqlite.SqliteError)) throw error;
    const ours = typeof code === 'string' ? code : code(error.code);
    throw new RouletteError(ours, `${what}: ${error.message} (${error.code})`, { cause: error });
  }
}

/** Runs what reads this table; what SQLite throws becomes STORE_UNREADABLE. */
export function readTable<T>(table: string, act: () => T): T {
  return translate('STORE_UNREADABLE', `table ${table} cannot be read`, act);
}

/** Tells a disk that is full or forbidden from a file that is damaged (https://sqlite.org/rescode.html). */
function codeOfOpening(sqliteCode: string): ErrorCode {
  const isOfTheDisk = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|PERM|BUSY)/.test(sqliteCode);
  return isOfTheDisk ? 'STORE_UNWRITABLE' : 'STORE_UNREADABLE';
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
