// Reads the columns of one row with light checks. What does not hold is STORE_UNREADABLE, an error that names
// table, row and column. Integers are read as bigint, which tells them from stored reals.

import { messageOf, RouletteError } from '../../shared/errors.ts';

type Columns = Readonly<Record<string, unknown>>;

/** A row under reading; `name` says which one it is. */
export interface Reading {
  readonly name: string;
  readonly columns: Columns;
}

export function read(table: string, key: readonly string[], row: unknown): Reading {
  if (!isObject(row)) throw new RouletteError('STORE_UNREADABLE', `${table} lacks its row`);
  return { name: `${table} row ${key.map((column) => printable(row[column])).join('/')}`, columns: row };
}

export function isObject(value: unknown): value is Columns {
  return typeof value === 'object' && value !== null;
}

function printable(value: unknown): string {
  return typeof value === 'string' || typeof value === 'bigint' ? `${value}` : typeof value;
}

export function text(reading: Reading, column: string): string {
  const value = reading.columns[column];
  if (typeof value !== 'string') throw unreadable(reading, `column ${column} is not text`);
  return value;
}

export function textOrNull(reading: Reading, column: string): string | null {
  return reading.columns[column] === null ? null : text(reading, column);
}

export function integer(reading: Reading, column: string): number {
  const value = reading.columns[column];
  if (typeof value !== 'bigint') throw unreadable(reading, `column ${column} is not an integer`);
  if (!Number.isSafeInteger(Number(value))) throw unreadable(reading, `column ${column} is out of range`);
  return Number(value);
}

export function integerOrNull(reading: Reading, column: string): number | null {
  return reading.columns[column] === null ? null : integer(reading, column);
}

export function oneOf<T extends string>(reading: Reading, column: string, isWord: (value: string) => value is T): T {
  const value = text(reading, column);
  if (!isWord(value)) throw unreadable(reading, `column ${column} holds the unknown word "${value}"`);
  return value;
}

/** The words of a closed set; the compiler sees to it that none is missing. */
export function among<T extends string>(words: Readonly<Record<T, true>>): (value: string) => value is T {
  return (value): value is T => Object.hasOwn(words, value);
}

export function json(reading: Reading, column: string): unknown {
  try {
    return JSON.parse(text(reading, column));
  } catch (error: unknown) {
    if (error instanceof RouletteError) throw error;
    throw unreadable(reading, `column ${column} is not JSON: ${messageOf(error)}`);
  }
}

export function unreadable(reading: Reading, why: string): RouletteError {
  return new RouletteError('STORE_UNREADABLE', `${reading.name} cannot be read: ${why}`);
}
