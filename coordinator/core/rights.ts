// Who may do what. Roles come from the policy; a right that is not listed here nobody has.

import type { Actor, Policy, Role } from '../../shared/domain/policy.ts';

export type Right = 'prepare' | 'start' | 'approve' | 'release' | 'schedule' | 'forget' | 'reload';

/** To halt needs no role: to stop is always right, and the log shows who did it and why. */
const RIGHTS: Readonly<Record<Right, readonly Role[]>> = {
  prepare: ['operator', 'admin'],
  start: ['operator', 'admin'],
  approve: ['approver', 'admin'],
  release: ['operator', 'admin'],
  schedule: ['operator', 'admin'],
  forget: ['admin'],
  reload: ['admin'],
};

/** `*` in the policy stands for everybody whom it does not name. */
export function actorOf(policy: Policy, name: string): Actor {
  const named = name !== '*' && Object.hasOwn(policy.people, name) ? policy.people[name] : policy.people['*'];
  return { name, roles: named ?? [] };
}

export function may({ roles }: Actor, right: Right): boolean {
  return RIGHTS[right].some((role) => roles.includes(role));
}

export function describeLack({ name, roles }: Actor, right: Right): string {
  const has = roles.length === 0 ? 'none' : roles.join(' and ');
  return `${name} may not ${right}: that needs the role ${RIGHTS[right].join(' or ')}, and has ${has}`;
}
