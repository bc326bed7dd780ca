// A process of its own that asks one endpoint: `preflight-asker URL SECRET`. Prints the verdict as JSON. The environment
// of a process decides which certificates it trusts.

import { askPreflight } from '../../coordinator/services/preflight.ts';
import { systemClock } from '../../shared/clock.ts';
import { buildPreflight } from './preflight-builders.ts';

const [, , url = '', secretFile = ''] = process.argv;
const verdict = await askPreflight(buildPreflight(), {
  endpoints: [{ name: 'board', url, secretFile, timeoutMs: 20_000 }],
  clock: systemClock,
  signal: new AbortController().signal,
});
console.log(JSON.stringify(verdict));
