// The CPU burner: a child of the agent that keeps a share of its cores busy. It ends at its own deadline, and
// when its standard input closes, which it does when the agent is gone: it outlives nobody.
//
// argv: LOAD (fraction of each core)  CORES  RAMP_MS  DURATION_MS
//
// One thread per core works in short slices, a part of each busy and the rest asleep. The part is corrected a few
// times a second against the CPU time that the process has really got, so that what is asked is what comes out
// on a machine that has other work too.

import { isMainThread, Worker, workerData } from 'node:worker_threads';

/** Short against anything a service would notice as a pause, long against a scheduler's tick (4 ms at HZ=250). */
const SLICE_MS = 50;
const CONTROL_MS = 200;
/** Share of the error that one correction takes back: quick, and without swinging. */
const GAIN = 0.5;

if (isMainThread) control();
else burn(new Float64Array(sharedBuffer(workerData)));

function sharedBuffer(value: unknown): SharedArrayBuffer {
  if (value instanceof SharedArrayBuffer) return value;
  throw new TypeError('a burning thread needs the shared duty');
}

function control(): void {
  process.title = 'roulette-burner';
  const [load = 0, cores = 1, rampMs = 0, durationMs = 0] = process.argv.slice(2).map(Number);
  process.stdin.resume().once('close', () => process.exit(0));
  setTimeout(() => process.exit(0), durationMs);

  const buffer = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  const duty = new Float64Array(buffer);
  const began = performance.now();
  const asked = (): number => load * Math.min(1, rampMs === 0 ? 1 : (performance.now() - began) / rampMs);
  duty[0] = asked();
  const thread = { workerData: buffer, resourceLimits: { maxOldGenerationSizeMb: 16 } };
  for (let core = 0; core < cores; core += 1) new Worker(new URL(import.meta.url), thread).unref();
  let before = { at: performance.now(), cpu: process.cpuUsage() };
  setInterval(() => {
    const now = { at: performance.now(), cpu: process.cpuUsage() };
    const usedMs = (now.cpu.user + now.cpu.system - before.cpu.user - before.cpu.system) / 1000;
    const achieved = usedMs / (now.at - before.at) / cores;
    before = now;
    duty[0] = Math.min(1, Math.max(0, (duty[0] ?? 0) + GAIN * (asked() - achieved)));
  }, CONTROL_MS);
}

function burn(duty: Float64Array): never {
  const sleeper = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  for (;;) {
    const sliceEnd = performance.now() + SLICE_MS;
    const busyEnd = sliceEnd - SLICE_MS * (1 - (duty[0] ?? 0));
    while (performance.now() < busyEnd);
    const rest = sliceEnd - performance.now();
    if (rest > 0) Atomics.wait(sleeper, 0, 0, rest);
  }
}
