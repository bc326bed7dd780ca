// Every store that the contract suites run over.

import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Store } from '../../coordinator/store/port.ts';
import { openSqliteStore } from '../../coordinator/store/sqlite.ts';
import { createMemoryStore } from './memory-store.ts';
import { makeTemporaryDirectory } from './temporary-directory.ts';

export interface StoreUnderTest {
  readonly name: string;
  /** A new, empty one, which is closed when the test is over. */
  readonly openStore: () => Promise<Store>;
}

export const STORES: readonly StoreUnderTest[] = [
  { name: 'memory', openStore: () => closedAtEnd(createMemoryStore()) },
  { name: 'sqlite', openStore: async () => closedAtEnd(await openSqliteStore({ file: newFile() })) },
];

async function closedAtEnd(store: Store): Promise<Store> {
  onTestFinished(() => store.close());
  return store;
}

function newFile(): string {
  return path.join(makeTemporaryDirectory(), 'coordinator.db');
}
