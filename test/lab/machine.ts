// A machine of the lab: QEMU in software, with a disk of its own that outlives a power cut, on a wire to the network
// namespace that the test runs in. Machine N is 10.77.N.2 and fd77:N::2; this side of its wire is 10.77.N.1 and
// fd77:N::1. The way into it is a serial line, which no fault on packets touches.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '../support/victims.ts';
import { findImage } from './image.ts';
import { attempt, run } from './run.ts';
import { timed } from './timing.ts';

export interface Said {
  readonly exit: number;
  /** Both streams as they came. */
  readonly text: string;
}

export interface Machine {
  readonly addresses: readonly [string, string];
  /** This side of its wire. */
  readonly host: string;
  /** Runs it in the machine, as root. Rejects when that fails. */
  readonly sh: (script: string, withinMs?: number) => Promise<string>;
  /** Resolves whatever the exit code. */
  readonly trySh: (script: string, withinMs?: number) => Promise<Said>;
  /** Resolves when it has gone down and is up again. */
  readonly reboot: () => Promise<void>;
  /** The plug is pulled: what had not reached the disk is lost. */
  readonly cutPower: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

const BOOT_WITHIN_MS = 180_000;
const ANSWER_WITHIN_MS = 180_000;

/** `parcel` is a tar file that the machine sees as /dev/vda. */
export async function startMachine(number: number, parcel: string): Promise<Machine> {
  const machine = new QemuMachine(number, parcel);
  try {
    await machine.plugIn();
    await machine.start();
    return machine;
  } catch (error) {
    await machine[Symbol.asyncDispose]();
    throw error;
  }
}

class QemuMachine implements Machine {
  readonly addresses: readonly [string, string];
  readonly host: string;
  readonly #image = findImage();
  readonly #number: number;
  readonly #parcel: string;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'roulette-lab-'));
  readonly #answers = new Map<number, (said: Said) => void>();
  #line: Server | null = null;
  #socket: Socket | null = null;
  #qemu: ChildProcess | null = null;
  #boots = 0;
  #asked = 0;

  constructor(number: number, parcel: string) {
    this.#number = number;
    this.#parcel = parcel;
    this.addresses = [`10.77.${number}.2`, `fd77:${number}::2`];
    this.host = `10.77.${number}.1`;
  }

  /** What outlives the running machine: its disk, its wire, its serial line. */
  async plugIn(): Promise<void> {
    await run(['cp', '--sparse=always', this.#image.disk, this.#file('disk')]);
    const tap = this.#tap();
    await run(['ip', 'tuntap', 'add', 'dev', tap, 'mode', 'tap']);
    await run(['ip', 'address', 'add', `${this.host}/24`, 'dev', tap]);
    await run(['ip', 'address', 'add', `fd77:${this.#number}::1/64`, 'dev', tap, 'nodad']);
    await run(['ip', 'link', 'set', tap, 'up']);
    this.#line = createServer((socket) => this.#listen(socket));
    this.#line.listen(this.#file('line'));
    await once(this.#line, 'listening');
  }

  async start(): Promise<void> {
    await timed(`machine ${this.#number}: boot`, async () => {
      const boots = this.#boots;
      // It ends with the test, however that ends.
      const argv = ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...this.#argv()];
      this.#qemu = spawn('setpriv', argv, { stdio: ['ignore', 'ignore', 'inherit'] });
      await this.#isUp(boots);
    });
  }

  async reboot(): Promise<void> {
    await timed(`machine ${this.#number}: reboot`, async () => {
      const boots = this.#boots;
      // The shell may be gone before it has answered.
      this.#ask('systemctl --no-block reboot');
      await this.#isUp(boots);
    });
  }

  async cutPower(): Promise<void> {
    const qemu = this.#qemu;
    this.#qemu = null;
    this.#socket = null;
    if (qemu === null || qemu.exitCode !== null || qemu.signalCode !== null) return;
    const ended = once(qemu, 'exit');
    qemu.kill('SIGKILL');
    await ended;
  }

  async sh(script: string, withinMs?: number): Promise<string> {
    const { exit, text } = await this.trySh(script, withinMs);
    if (exit !== 0) throw new Error(`exit code ${exit} of\n${script}\n${text}`);
    return text;
  }

  async trySh(script: string, withinMs: number = ANSWER_WITHIN_MS): Promise<Said> {
    let said: Said | null = null;
    this.#answers.set(this.#ask(script), (answer) => {
      said = answer;
    });
    const late = (): string => `the machine answers ${script}; its console: ${this.#console()}`;
    await eventually(late, () => said !== null, withinMs);
    return said ?? { exit: -1, text: '' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cutPower();
    this.#line?.close();
    await attempt(['ip', 'link', 'delete', this.#tap()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The number that its answer will have. */
  #ask(script: string): number {
    this.#asked += 1;
    this.#socket?.write(`${this.#asked} ${Buffer.from(script).toString('base64')}\n`);
    return this.#asked;
  }

  async #isUp(boots: number): Promise<void> {
    const late = (): string => `machine ${this.#number} is up; its console: ${this.#console()}`;
    await eventually(late, () => this.#boots > boots, BOOT_WITHIN_MS);
    // Also when a unit has failed, which `systemctl` then says by its exit code.
    await this.trySh('systemctl is-system-running --wait', BOOT_WITHIN_MS);
  }

  #listen(socket: Socket): void {
    this.#socket = socket;
    socket.on('error', () => undefined);
    createInterface({ input: socket }).on('line', (line) => {
      // The firmware and the kernel may have put something before it.
      if (line.endsWith('ready')) this.#boots += 1;
      const [asked, exit, text = ''] = line.split(' ');
      const answer = this.#answers.get(Number(asked));
      this.#answers.delete(Number(asked));
      answer?.({ exit: Number(exit), text: Buffer.from(text, 'base64').toString() });
    });
  }

  #argv(): string[] {
    const mac = `52:54:00:77:00:${this.#number.toString(16).padStart(2, '0')}`;
    // A checksum that the wire's other end were told not to look at would hide what corrupts packets.
    const offloads = ['csum', 'guest_csum', 'gso', 'guest_tso4', 'guest_tso6', 'guest_ufo', 'host_tso4', 'host_tso6'];
    const kernel = `console=ttyS0 root=/dev/nvme0n1 rw quiet panic=1 mitigations=off net.ifnames=0 lab.number=${this.#number}`;
    return [
      ['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '1', '-m', '768'],
      ['-display', 'none', '-nodefaults', '-monitor', 'none'],
      ['-serial', `file:${this.#file('console')}`],
      ['-chardev', `socket,id=line,path=${this.#file('line')}`, '-serial', 'chardev:line'],
      ['-kernel', this.#image.kernel, '-append', kernel],
      // What QEMU has written is safe from QEMU's own death; nobody pulls the plug of the machine below.
      ['-drive', `file=${this.#file('disk')},format=raw,if=none,id=d0,cache=unsafe`],
      ['-device', 'nvme,drive=d0,serial=lab'],
      ['-drive', `file=${this.#parcel},format=raw,if=none,id=d1,readonly=on`, '-device', 'virtio-blk-pci,drive=d1'],
      ['-netdev', `tap,id=n0,ifname=${this.#tap()},script=no,downscript=no`],
      ['-device', ['virtio-net-pci', 'netdev=n0', `mac=${mac}`, ...offloads.map((name) => `${name}=off`)].join(',')],
    ].flat();
  }

  #tap(): string {
    return `lab${this.#number}`;
  }

  #file(name: string): string {
    return path.join(this.#folder, name);
  }

  #console(): string {
    try {
      return readFileSync(this.#file('console'), 'utf8').slice(-3000);
    } catch {
      return 'nothing';
    }
  }
}
