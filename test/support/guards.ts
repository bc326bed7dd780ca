// Guards without a file.

import type { NodeGuard } from '../../agent/effects/node-guard.ts';

/** Lets everything through. */
export const OPEN_GUARD: NodeGuard = {
  refusalOf: () => null,
  veto: () => null,
  refusalOfTargets: () => null,
  describe: () => 'everything',
};
