import { setTimeout as pause } from 'node:timers/promises';
import { stopAll } from '../processes.js';
import type { Installation } from '../product/installation.js';
import { startGateway } from './gateway-installation.js';
import { LOGINS } from './logins.js';
import { openFilesLimit, residentKiB } from './process-figures.js';
import { connectFleet } from './product-trips.js';

export interface IdleMemoryFigures {
  readonly devices: number;
  /** What the gateway process may have open; each device takes two. */
  readonly openFiles: number;
  readonly beforeKiB: number;
  readonly afterKiB: number;
  readonly kiBPerDevice: number;
}

/** A gateway's files besides its devices': database, broker, ports, code. */
const OTHER_FILES = 300;
const WARM_UP_DEVICES = 200;
/** How long the devices do nothing before the memory counts. */
const IDLE_MS = 30_000;

/**
 * (c) Resident memory of a gateway (VmRSS) with devices connected that do nothing, less what it had without any; per device. As many
 * as the limit of open files lets one gateway have, at most those declared.
 */
export async function benchIdleMemory(
  installation: Installation,
  deviceIds: readonly string[],
): Promise<IdleMemoryFigures> {
  const { port, process: gateway } = await startGateway(installation);
  try {
    const openFiles = openFilesLimit(gateway.pid);
    const ids = deviceIds.slice(0, Math.floor((openFiles - OTHER_FILES) / 2));
    // What the program needs to do this at all is there before it is measured: code, compiled, and its pools.
    const first = await connectFleet(port, LOGINS.native, ids.slice(0, WARM_UP_DEVICES));
    for (const { socket } of first) socket.destroy();
    await Promise.all(first.map(({ socket }) => socket.closed));
    await pause(2_000);
    const beforeKiB = residentKiB(gateway.pid);
    const devices = await connectFleet(port, LOGINS.native, ids);
    await pause(IDLE_MS);
    const afterKiB = residentKiB(gateway.pid);
    for (const { socket } of devices) socket.destroy();
    return {
      devices: ids.length,
      openFiles,
      beforeKiB,
      afterKiB,
      kiBPerDevice: (afterKiB - beforeKiB) / ids.length,
    };
  } finally {
    await stopAll([gateway]);
  }
}
