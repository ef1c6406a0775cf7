import { startProcess, type TestProcess } from '@downlink/testing';

/** The built entry of an app; the bench is started from the repository's root. */
export const entryOf = (app: string): string => `dist/apps/${app}/main.js`;

/** Starts a part of the bare baseline: this very program with another first argument. */
export function startBare(part: string, options: object): Promise<TestProcess> {
  return startProcess({
    name: `bare-${part}`,
    script: entryOf('bench'),
    args: [`bare-${part}`, JSON.stringify(options)],
    ready: /^ready/,
  });
}

/** 1,000 devices over 4 sockets that answer at once: the same for product and baseline. */
export function startDevices(mqttUrl: string, count: number): Promise<TestProcess> {
  return startProcess({
    name: 'devices',
    script: entryOf('simulator'),
    args: ['--url', mqttUrl, '--devices', String(count), '--shared-sockets', '4'],
    ready: /^ready/,
  });
}

export async function stopAll(processes: readonly TestProcess[]): Promise<void> {
  await Promise.all(processes.map((process) => process.stop()));
}
