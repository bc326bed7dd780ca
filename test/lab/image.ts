// The disk that the lab's machines start from: Debian with systemd and its own cloud kernel, this machine's Node, and
// nothing of Roulette. Built by `tsx test/lab/image.ts`, which needs the network and root, and kept in the cache folder
// until this file or Node changes.

import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { run } from './run.ts';
import { timed } from './timing.ts';

export interface Image {
  readonly disk: string;
  readonly kernel: string;
}

const SUITE = 'bookworm';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const SOURCES = [
  ['http://deb.debian.org/debian', SUITE],
  ['http://deb.debian.org/debian', `${SUITE}-updates`],
  ['http://deb.debian.org/debian-security', `${SUITE}-security`],
].map(([where, suite]) => `deb [signed-by=${KEYRING}] ${where} ${suite} main`);

const PACKAGES = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'udev',
  'kmod',
  'procps',
  'iproute2',
  'nftables',
  'openssh-server',
  'libstdc++6',
];

/** What nobody reads there and every byte of which would be copied. */
const LEFT_OUT = ['man', 'doc', 'info', 'locale'].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`);

/** The kernel comes without its package's dependencies: an initramfs is not needed, NVMe and ext4 are built in. */
const FETCH_KERNEL = `chroot "$1" sh -ec '
mkdir /kernel && cd /kernel
apt-get -qq -o APT::Sandbox::User=root download \\
  "$(apt-cache depends linux-image-cloud-amd64 | sed -n "s/^ *Depends: \\(linux-image-.*\\)/\\1/p")"
dpkg-deb -x ./*.deb .
mv lib/modules /usr/lib/modules && mv boot/vmlinuz-* /vmlinuz
rm -r /kernel
depmod "$(ls /usr/lib/modules)"'`;

/** Work that a machine does at its boot, or once a day, and that no test is about: it takes seconds in emulation. */
const MASKED = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
  'getty@.service',
  'serial-getty@.service',
  'systemd-binfmt.service',
  'systemd-logind.service',
  'systemd-update-utmp.service',
  'systemd-update-utmp-runlevel.service',
  'systemd-pstore.service',
  'dev-hugepages.mount',
  'dev-mqueue.mount',
  'proc-sys-fs-binfmt_misc.automount',
  'sys-fs-fuse-connections.mount',
  'sys-kernel-config.mount',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
];

const FILES: Readonly<Record<string, string>> = {
  'etc/hostname': 'lab\n',
  'etc/hosts': '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 lab\n',
  // Not the first boot any more: that one would go through every preset.
  'etc/machine-id': `${'0123456789abcdef'.repeat(2)}\n`,
  'etc/modprobe.d/lab.conf': 'blacklist kvm_amd\nblacklist kvm_intel\nblacklist powernow_k8\n',
  // Static, so that what a fault changes is not put right again by a manager of networks.
  'etc/systemd/system/lab-network.service': `[Unit]
Wants=network.target
Before=network.target
BindsTo=sys-subsystem-net-devices-eth0.device
After=sys-subsystem-net-devices-eth0.device
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/lib/lab-network
[Install]
WantedBy=multi-user.target
`,
  'usr/local/lib/lab-network': `#!/bin/sh -e
number=$(sed -n 's/.*lab[.]number=\\([0-9]*\\).*/\\1/p' /proc/cmdline)
sysctl -q net.ipv6.conf.eth0.accept_ra=0
ip link set eth0 up
ip address add "10.77.$number.2/24" dev eth0
ip address add "fd77:$number::2/64" dev eth0 nodad
ip route add default via "10.77.$number.1"
ip -6 route add default via "fd77:$number::1"
`,
  // The test's way in, which no fault on packets is in the way of. A line is a number and a script in base64.
  'etc/systemd/system/lab-shell.service': `[Unit]
DefaultDependencies=no
After=systemd-remount-fs.service systemd-tmpfiles-setup.service
Conflicts=shutdown.target
Before=shutdown.target
[Service]
ExecStart=/usr/local/lib/lab-shell
Restart=always
[Install]
WantedBy=multi-user.target
`,
  'usr/local/lib/lab-shell': `#!/bin/bash
exec 3<>/dev/ttyS1
stty -F /dev/ttyS1 raw -echo
cd /root
echo ready >&3
while read -r number script <&3; do
  base64 -d <<<"$script" >/run/lab-script
  bash -e /run/lab-script </dev/null >/run/lab-said 2>&1 3>&-
  code=$?
  echo "$number $code $(base64 -w0 /run/lab-said)" >&3
done
`,
};

/** Throws when it was never built, or from something else than there is now. */
export function findImage(): Image {
  const folder = path.join(cacheFolder(), digestOfInputs());
  if (!existsSync(folder)) throw new Error('the image of the lab is not built yet: npx tsx test/lab/image.ts');
  return { disk: path.join(folder, 'disk'), kernel: path.join(folder, 'vmlinuz') };
}

function cacheFolder(): string {
  return path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'roulette-lab');
}

function digestOfInputs(): string {
  const hash = createHash('sha256');
  for (const file of [import.meta.filename, process.execPath]) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

/** Does nothing when it is there already. */
async function ensureImage(): Promise<void> {
  const cache = cacheFolder();
  const folder = path.join(cache, digestOfInputs());
  if (existsSync(folder)) return;
  mkdirSync(cache, { recursive: true });
  // What is older, or was left half-done, is of no use to anybody.
  for (const old of readdirSync(cache)) rmSync(path.join(cache, old), { recursive: true, force: true });
  const fresh = mkdtempSync(path.join(cache, 'fresh-'));
  const root = path.join(fresh, 'root');
  await timed('image: packages', async () => unpack(root));
  await timed('image: files', async () => furnish(root, fresh));
  await timed('image: file system', async () => makeDisk(root, path.join(fresh, 'disk')));
  rmSync(root, { recursive: true });
  renameSync(fresh, folder);
}

async function unpack(root: string): Promise<void> {
  const options = ['--mode=root', '--variant=minbase', '--aptopt=APT::Install-Recommends "false"', ...LEFT_OUT];
  const what = [`--include=${PACKAGES.join(',')}`, `--customize-hook=${FETCH_KERNEL}`, SUITE, root, ...SOURCES];
  await run(['mmdebstrap', ...options, ...what], { withinMs: 600_000 });
}

async function furnish(root: string, folder: string): Promise<void> {
  const units = path.join(root, 'etc', 'systemd', 'system');
  for (const unit of MASKED) symlinkSync('/dev/null', path.join(units, unit));
  for (const [name, text] of Object.entries(FILES)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
  await run(['chroot', root, 'systemctl', 'enable', 'lab-network.service', 'lab-shell.service']);
  copyFileSync(process.execPath, path.join(root, 'usr', 'bin', 'node'));
  chmodSync(path.join(root, 'usr', 'bin', 'node'), 0o755);
  // Fails here and not in every test when this Node needs newer libraries.
  await run(['chroot', root, '/usr/bin/node', '--version']);
  renameSync(path.join(root, 'vmlinuz'), path.join(folder, 'vmlinuz'));
}

async function makeDisk(root: string, disk: string): Promise<void> {
  await run(['truncate', '-s', '1G', disk]);
  await run(['mke2fs', '-q', '-F', '-t', 'ext4', '-d', root, disk], { withinMs: 120_000 });
}

if (process.argv[1] === import.meta.filename) await ensureImage();
