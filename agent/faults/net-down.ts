// What the host experiences: the interface is down, and with it every route over it.
// Undo: it comes up again, with its addresses and routes as they were saved. What remains if that fails: an interface
// that is down or lacks some of them; the journal has what was saved, and the next start of the agent tries again.

import { trafficOf } from '../core/network/traffic.ts';
import { carriersOf } from '../core/network/routes.ts';
import type { FaultImplementation } from '../effects/contract.ts';

const POLL_MS = 250;
const LOOPBACK = 'lo';

export const netDown: FaultImplementation = {
  network: 'facts and link',
  plan: ({ params, network, link }) => {
    const { interface: device } = trafficOf(params, []);
    if (link === null) {
      return { code: 'FAULT_NOT_POSSIBLE', message: `the node has no interface ${device} that is up` };
    }
    if (link.device === LOOPBACK) {
      return { code: 'FAULT_NOT_POSSIBLE', message: 'without loopback the agent itself could not go on' };
    }
    const coordinator = network?.control.coordinator.map(({ address }) => address) ?? [];
    if (coordinator.length === 0 || carriersOf(coordinator, network?.routes ?? []).includes(link.device)) {
      return { code: 'FAULT_NOT_POSSIBLE', message: `${device} carries the route to the coordinator` };
    }
    return [{ kind: 'link-down', link }];
  },
  /** Looked at all the time: whatever manages the network may bring it up too early. */
  verify: async ({ link }, probe, over) => {
    const device = link?.device ?? '';
    let looks = 0;
    let up = 0;
    do {
      await probe.sleep(POLL_MS, over);
      looks += 1;
      if (await probe.isUp(device)) up += 1;
    } while (!over.aborted);
    return [
      {
        name: 'interface down',
        unit: 'of the time',
        asked: 1,
        achieved: (looks - up) / looks,
        effective: up === 0,
        note: up === 0 ? '' : `${device} was up at ${up} of ${looks} looks`,
      },
    ];
  },
};
