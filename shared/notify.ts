// Tells the service manager how this daemon is (sd_notify(3)), where one wants to know. Node has no datagram sockets of
// the Unix kind, so systemd's own program says it, as a short child: the unit must let children speak (NotifyAccess=all).

import { execFile } from 'node:child_process';

export type DaemonState = 'READY=1' | 'STOPPING=1';

/** systemd-notify waits until the message has been read. A manager that does not read is not waited for any longer. */
const WITHIN_MS = 5000;

/** Resolves with null when it is told, or when nobody wants to know; else with what kept it from being told. */
export function notifyManager(state: DaemonState): Promise<string | null> {
  const socket = process.env['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') return Promise.resolve(null);
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', NOTIFY_SOCKET: socket };
  return new Promise((resolve) => {
    // The variable itself as argument: `--stopping` is newer than Debian 12.
    execFile('systemd-notify', [state], { env, timeout: WITHIN_MS, killSignal: 'SIGKILL' }, (error) => {
      resolve(error === null ? null : error.message.trim());
    });
  });
}
