// `policy show` and `policy reload`: the policy that a coordinator goes by, and what its rules count just now.

import { EXIT, type ExitCode } from '../../shared/errors.ts';
import type { GetPolicyReply__Output } from '../../shared/rpc/generated/roulette/v1/GetPolicyReply.ts';
import { moment, table } from '../render/table.ts';
import type { Outcome, Session } from '../session.ts';

/** Refused where no policy is in force. */
export async function showPolicy({ io, json, operator }: Session): Outcome {
  const policy = await operator().getPolicy();
  const exit: ExitCode = policy.digest === undefined ? EXIT.refused : EXIT.done;
  if (json) {
    io.out(JSON.stringify(policy));
    return exit;
  }
  if (policy.trouble !== undefined) io.err(io.paint.bad(`${policy.folder} cannot be used:\n${policy.trouble}`));
  if (policy.digest === undefined) io.err(io.paint.bad('no policy is in force: every start is refused'));
  else io.out(`policy  ${policy.digest}\nfolder  ${policy.folder}`);
  for (const line of gaugeLines(policy)) io.out(line);
  for (const line of reservationLines(policy)) io.out(line);
  return exit;
}

function gaugeLines({ gauges }: GetPolicyReply__Output): string[] {
  const rows = gauges.map(({ rule, group, total, used, most }) => [
    rule,
    group,
    String(total),
    `${used} of ${most}`,
    String(Math.max(0, most - used)),
  ]);
  return table(['rule', 'group', 'nodes', 'used', 'left'], rows);
}

function reservationLines({ reservations }: GetPolicyReply__Output): string[] {
  const rows = reservations.map(({ node, fault, state, reservedAt, until, orderId }) => [
    node,
    fault,
    state,
    moment(reservedAt),
    moment(until),
    orderId,
  ]);
  return [
    '',
    ...(rows.length === 0
      ? ['nothing is reserved']
      : table(['reserved', 'fault', 'state', 'since', 'until', 'order'], rows)),
  ];
}

export async function reloadPolicy({ io, json, operator }: Session, { as }: { readonly as?: string }): Outcome {
  const { digest, changed } = await operator().reloadPolicy({ requestedBy: as ?? io.user });
  if (json) io.out(JSON.stringify({ digest, changed }));
  else io.out(changed ? `now in force: ${digest}` : `unchanged: ${digest}`);
  return EXIT.done;
}
