// `halt` and `release`: the levers that stop things, and what they prove.

import { EXIT, RouletteError, type ExitCode } from '../../shared/errors.ts';
import type { Run__Output } from '../../shared/rpc/generated/roulette/v1/Run.ts';
import type { HaltedNode__Output } from '../../shared/rpc/generated/roulette/v1/HaltedNode.ts';
import { moment, table } from '../render/table.ts';
import type { Io } from '../io.ts';
import type { Outcome, Session } from '../session.ts';

export interface HaltOptions {
  readonly all?: boolean;
  readonly reason?: string;
  readonly ref?: string;
  readonly as?: string;
}

/** Done only when every injection is confirmed as reverted. */
export async function halt(session: Session, id: string | undefined, options: HaltOptions): Outcome {
  if (options.all === true && id !== undefined)
    throw new RouletteError('USAGE_ARGUMENT', '--all halts every run; leave the id out, or leave --all out');
  if (options.all === true) return haltAll(session, options);
  if (id === undefined)
    throw new RouletteError('USAGE_ARGUMENT', 'which run? give its id, or --all for the whole fleet');
  return haltRun(session, id, options);
}

async function haltRun({ io, json, operator }: Session, id: string, options: HaltOptions): Outcome {
  const reply = await operator().haltRun({ runId: id, ...inWhoseName(io.user, options) });
  askForReason(io, options);
  if (json) io.out(JSON.stringify(reply));
  else if (reply.injections.length === 0) io.out(sayNothingWasActive(id, reply.run));
  const rows = reply.injections.map(({ node, orderId, state, at, why }) => [
    node,
    orderId,
    sayState(state, at),
    why ?? '',
  ]);
  if (!json) for (const line of table(['node', 'order', 'state', 'why'], rows)) io.out(line);
  return exitOf(reply.injections);
}

async function haltAll({ io, json, operator }: Session, options: HaltOptions): Outcome {
  const { nodes, unrecorded } = await operator().haltAll(inWhoseName(io.user, options));
  if (json) io.out(JSON.stringify({ nodes, unrecorded: unrecorded ?? null }));
  else for (const line of renderHalt(nodes)) io.out(line);
  if (unrecorded !== undefined)
    io.err(
      io.paint.warn(
        `the halt is done, but could not be written down, and does not outlive the coordinator: ${unrecorded}`,
      ),
    );
  askForReason(io, options);
  io.err('no run starts until `roulette release`');
  return unrecorded === undefined ? exitOf(nodes) : EXIT.refused;
}

/** Of nodes on which nothing was active only the number is said. */
function renderHalt(nodes: readonly HaltedNode__Output[]): string[] {
  const shown = nodes.filter(({ state, orders }) => state !== 'reverted' || orders.length > 0);
  const rows = shown.map(({ node, state, at, why, orders }) => [
    node,
    sayState(state, at),
    String(orders.length),
    why ?? '',
  ]);
  const confirmed = nodes.filter(({ state }) => state === 'reverted').length;
  const ended = nodes.reduce((sum, { orders }) => sum + orders.length, 0);
  return [
    ...table(['node', 'state', 'injections', 'why'], rows),
    `${confirmed} of ${nodes.length} nodes confirmed; ${ended} ${ended === 1 ? 'injection' : 'injections'} ended`,
  ];
}

function sayState(state: string, at: number): string {
  if (state === 'expires') return `expires by ${moment(at)}`;
  return state === 'reverted' ? `reverted at ${moment(at)}` : `failed at ${moment(at)}`;
}

function exitOf(rows: readonly { readonly state: string }[]): ExitCode {
  return rows.every(({ state }) => state === 'reverted') ? EXIT.done : EXIT.refused;
}

/** Allows starts again after `halt --all`. */
export async function release({ io, json, operator }: Session, options: HaltOptions): Outcome {
  const { lever } = await operator().release(inWhoseName(io.user, options));
  if (json) io.out(JSON.stringify({ released: lever }));
  else
    io.out(
      `released: ${lever?.engagedBy ?? ''} had halted the fleet at ${moment(lever?.engagedAt ?? 0)}; runs may start`,
    );
  return EXIT.done;
}

/** A run that was only prepared ends with the request itself. */
function sayNothingWasActive(id: string, run: Run__Output | null): string {
  return run?.phase === 'ended'
    ? `${id} is withdrawn; it had not been started`
    : `${id} is halted; no injection was active`;
}

/** Afterwards: a halt waits for nobody's words. */
function askForReason(io: Io, { reason }: HaltOptions): void {
  if (reason === undefined) io.err(io.paint.warn('no reason is on record; give one with --reason'));
}

function inWhoseName(
  user: string,
  { reason, ref, as }: HaltOptions,
): { readonly requestedBy: string; readonly reason: string; readonly ref?: string } {
  return { requestedBy: as ?? user, reason: reason ?? 'no reason given', ...(ref === undefined ? {} : { ref }) };
}
