// What values each type of parameter takes, once normalised. Documents are checked with better words (shared/schema);
// this is what an agent believes, whoever sent the order: some of it goes into rules of the kernel.

import { isAddress, parseNetwork } from '../addresses.ts';
import type { ParamValue } from '../domain/experiment.ts';
import type { ParamSpec, ParamType } from './spec.ts';

/** Whether a complete, normalised value is one that the parameter can have. */
export function fitsParam(value: ParamValue | undefined, param: ParamSpec): boolean {
  if (value === null || value === undefined) return param.default === null && param.required !== true;
  return CHECKS[param.type](value, param) && !(param.required === true && isList(value) && value.length === 0);
}

/** An interface as the kernel allows it, less what a rule or a batch would have to quote (dev_valid_name). */
export const INTERFACE = /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,14}$/u;

const HOST_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/u;

export function isHostName(text: string): boolean {
  return HOST_NAME.test(text);
}

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const HIGHEST_PORT = 65_535;

/** `443` or `8000-8100`; null for anything else. */
export function parsePorts(text: string): PortRange | null {
  const parts = /^(?<first>\d{1,5})(?:-(?<last>\d{1,5}))?$/u.exec(text)?.groups;
  if (parts === undefined) return null;
  const first = Number(parts['first']);
  const last = Number(parts['last'] ?? parts['first']);
  return first >= 1 && first <= last && last <= HIGHEST_PORT ? { first, last } : null;
}

/** A list is read as one text per element; this many at most, so that no order is without bounds. */
export const MOST_ELEMENTS = 20_000;

const CHECKS: Readonly<Record<ParamType, (value: ParamValue, param: ParamSpec) => boolean>> = {
  percent: isNumberWithin,
  // Only a share may be broken: half a core or half a millisecond is nobody's.
  duration: isWholeWithin,
  count: isWholeWithin,
  bitrate: isWholeWithin,
  choice: (value, { choices = [] }) => typeof value === 'string' && choices.includes(value),
  interface: (value) => typeof value === 'string' && INTERFACE.test(value),
  peers: (value) => isListOf(value, (text) => parseNetwork(text) !== null),
  ports: (value) => isListOf(value, (text) => parsePorts(text) !== null),
  addresses: (value) => isListOf(value, isAddress),
  names: (value) => isListOf(value, isHostName),
};

function isNumberWithin(value: ParamValue, { min = -Infinity, max = Infinity }: ParamSpec): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

function isWholeWithin(value: ParamValue, param: ParamSpec): boolean {
  return isNumberWithin(value, param) && Number.isSafeInteger(value);
}

function isListOf(value: ParamValue, check: (text: string) => boolean): boolean {
  return (
    isList(value) && value.length <= MOST_ELEMENTS && value.every((text) => typeof text === 'string' && check(text))
  );
}

function isList(value: ParamValue): value is readonly string[] {
  return Array.isArray(value);
}
