import { describe, expect, it } from 'vitest';
import { approversOf } from '../../coordinator/core/approvals.ts';
import { actorOf, describeLack, may, type Right } from '../../coordinator/core/rights.ts';
import type { Policy, Role } from '../../shared/domain/policy.ts';
import { ROLES } from '../../shared/domain/policy.ts';
import type { RunEvent, RunEventBody } from '../../shared/domain/run.ts';
import { buildEvent } from '../support/store-builders.ts';

const PLAN = 'd'.repeat(64);
const NOW = 1_800_000_000_000;

function policyOf(people: Policy['people']): Policy {
  return {
    digest: 'p',
    rules: [],
    expressions: [],
    approvals: [],
    windows: [],
    freezes: [],
    people,
    preparedForMs: 1,
    approvedForMs: 1,
  };
}

function approved(by: string, more: Partial<RunEventBody & { type: 'run.approved' }> = {}): RunEvent {
  const body = { type: 'run.approved' as const, by, planDigest: PLAN, expiresAt: NOW + 1, comment: null, ...more };
  return buildEvent(1, { body });
}

function count(...events: readonly RunEvent[]): string[] {
  const policy = policyOf({ ana: ['admin'], ben: ['approver'], cy: ['approver'], dan: ['operator'] });
  return approversOf(events, { record: { planDigest: PLAN, requestedBy: 'ana' }, policy, now: NOW });
}

describe('an approval', () => {
  it('counts once for each person, in the order in which they came', () => {
    expect(count(approved('cy'), approved('ben'), approved('cy'))).toEqual(['cy', 'ben']);
  });

  it.each([
    ['by the one who asked', approved('ana')],
    ['of another plan', approved('ben', { planDigest: 'e'.repeat(64) })],
    ['that has expired', approved('ben', { expiresAt: NOW })],
    ['by somebody without the role', approved('dan')],
    ['by somebody whom the policy does not know any more', approved('eve')],
  ])('%s does not count', (_why, event) => {
    expect(count(event)).toEqual([]);
  });
});

describe('a right', () => {
  it.each<[Right, readonly Role[]]>([
    ['prepare', ['operator', 'admin']],
    ['start', ['operator', 'admin']],
    ['approve', ['approver', 'admin']],
    ['release', ['operator', 'admin']],
    ['schedule', ['operator', 'admin']],
    ['forget', ['admin']],
    ['reload', ['admin']],
  ])('to %s is that of %s alone', (right, roles) => {
    const granted = ROLES.filter((role) => may({ name: 'x', roles: [role] }, right));

    expect(granted).toEqual(roles);
    expect(may({ name: 'x', roles: [] }, right)).toBe(false);
  });

  it('comes from the policy, where `*` is everybody who is not named', () => {
    const policy = policyOf({ ana: ['viewer'], '*': ['operator'] });

    expect(actorOf(policy, 'ana').roles).toEqual(['viewer']);
    expect(actorOf(policy, 'somebody').roles).toEqual(['operator']);
    expect(actorOf(policyOf({ ana: ['admin'] }), 'constructor').roles).toEqual([]);
    expect(actorOf(policyOf({ ana: ['admin'] }), '*').roles).toEqual([]);
  });

  it('that is lacking is said with what it takes', () => {
    expect(describeLack({ name: 'ben', roles: ['approver'] }, 'start')).toBe(
      'ben may not start: that needs the role operator or admin, and has approver',
    );
  });
});
