// `npm run soak -- --cycles 500 --seed x`: random crashes, and the figures of what they left.

import { Command } from 'commander';
import { SOAK_CLASSES, soak } from './soak.ts';

const LEASE_MS = 2000;

const { cycles, seed, lanes } = new Command('soak')
  .description('Random crashes of agents, keepers, targets and the coordinator, and what they leave behind.')
  .option('--cycles <N>', 'how many crashes', '500')
  .option('--seed <SEED>', 'where they are drawn from', 'soak')
  .option('--lanes <N>', 'on how many nodes at once', '4')
  .parse()
  .opts<{ cycles: string; seed: string; lanes: string }>();

const { leftovers, cleanMs } = await soak({
  cycles: Number(cycles),
  seed,
  lanes: Number(lanes),
  leaseMs: LEASE_MS,
  onCycle: (done) => {
    if (done % 50 === 0) process.stderr.write(`${done} cycles\n`);
  },
});

process.stdout.write(`${cycles} cycles, seed ${seed}: ${leftovers.length} leftovers\n`);
for (const leftover of leftovers) process.stdout.write(`  ${leftover}\n`);
process.stdout.write(`\ntime to clean (the lease is ${LEASE_MS} ms)         cycles   median    worst\n`);
for (const name of SOAK_CLASSES) {
  const sorted = cleanMs[name].toSorted((a, b) => a - b);
  const [median, worst] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map(
    (ms) => `${Math.round(ms ?? 0)} ms`,
  );
  process.stdout.write(
    `${name.padEnd(50)} ${String(sorted.length).padStart(5)} ${(median ?? '').padStart(8)} ${(worst ?? '').padStart(8)}\n`,
  );
}
process.exitCode = leftovers.length === 0 ? 0 : 1;
