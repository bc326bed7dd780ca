// `npm run bench [NAME...]`: prints figures beside their goals or beside a peer measured in the same run.

import { benchAudit } from './audit.ts';
import { benchCpuLoad } from './cpu-load.ts';
import { benchHaltAll } from './halt-all.ts';
import { benchIdleAgent } from './idle-agent.ts';
import { benchKillLatency } from './kill-latency.ts';
import { benchNetwork } from './network.ts';
import { benchPlan } from './plan.ts';
import { benchPolicy } from './policy.ts';

const BENCHES = {
  'kill-latency': benchKillLatency,
  plan: benchPlan,
  policy: benchPolicy,
  'halt-all': benchHaltAll,
  network: benchNetwork,
  audit: benchAudit,
  'cpu-load': benchCpuLoad,
  'idle-agent': benchIdleAgent,
} as const satisfies Record<string, (print: (line: string) => void) => Promise<void>>;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}
for (const [name, bench] of Object.entries(BENCHES)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n${name}`);
  await bench((line) => console.log(`  ${line}`));
}
