// A store whose disk is gone: every write fails, and reads still answer from what was there before.

import { RouletteError } from '../../shared/errors.ts';
import type { Store } from '../../coordinator/store/port.ts';

export function createFailingStore(inner: Store): Store {
  return { ...inner, append: fail, nextTerm: fail };
}

async function fail(): Promise<never> {
  throw new RouletteError('STORE_UNWRITABLE', 'nothing was written: the disk is gone');
}
