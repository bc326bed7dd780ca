// A process of its own that appends to a store until it is ended: `store-writer FILE`. Prints `open`, then the
// number of each batch once it is durable. A batch that is refused is tried again and again; the code of the
// error is printed once. Each batch is a run record, an event, a reservation and three audit rows, so that half of
// one shows.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { RouletteError } from '../../shared/errors.ts';
import { openSqliteStore } from '../../coordinator/store/sqlite.ts';
import { buildEntries, buildEvent, buildReservation, buildRun } from './store-builders.ts';

async function main(file: string): Promise<void> {
  const store = await openSqliteStore({ file });
  print('open');
  let batch = 1;
  let isStuck = false;
  for (;;) {
    try {
      const run = buildRun({ reason: `batch ${batch}` });
      const reservations = [buildReservation(batch)];
      await store.append({ run, events: [buildEvent(batch)], reservations, audit: buildEntries(3) });
      print(`${batch}`);
      batch += 1;
      isStuck = false;
    } catch (error: unknown) {
      if (!isStuck) print(codeOf(error));
      isStuck = true;
    }
    // Lets the line leave the process before the next batch.
    await nextTurn();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function codeOf(error: unknown): string {
  return error instanceof RouletteError ? error.code : String(error);
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  print(codeOf(error));
  process.exitCode = 1;
});
