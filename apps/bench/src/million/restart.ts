import { setTimeout as pause } from 'node:timers/promises';
import type { TestProcess } from '@downlink/testing';
import { createBody } from '../load/target.js';
import type { WebhookSink } from '../load/webhook-sink.js';
import type { Installation } from '../product/installation.js';

const GIVE_UP_AFTER_MS = 90_000;

export interface Restart {
  /** One command to a connected device, from its submission to its final webhook, before the restart. */
  readonly roundTripBeforeMs: number;
  /** From the kill to: all services say that they are ready. */
  readonly readyMs: number;
  /** From the kill to the final webhook of a command submitted as soon as the API took one. */
  readonly fullWorkMs: number;
}

export interface Probe {
  readonly installation: Installation;
  readonly sink: WebhookSink;
  readonly sinkUrl: string;
  /** A connected simulated device. */
  readonly deviceId: string;
}

/** Kills everything at one instant and starts it again at once. @throws Error when it does not come to work within 90 s */
export async function restartAll(
  probe: Probe,
  processes: readonly TestProcess[],
  startAll: () => Promise<readonly TestProcess[]>,
): Promise<Restart & { readonly processes: readonly TestProcess[] }> {
  const roundTripBeforeMs = await answered(probe);
  const killedAt = performance.now();
  await Promise.all(processes.map((process) => process.kill()));
  const starting = startAll().then((started) => ({ started, readyMs: performance.now() - killedAt }));
  const [{ started, readyMs }] = await Promise.all([starting, answered(probe)]);
  return { roundTripBeforeMs, readyMs, fullWorkMs: performance.now() - killedAt, processes: started };
}

/** Submits one command as soon as somebody takes it, and waits for its final webhook; ms. */
export async function answered({ installation, sink, sinkUrl, deviceId }: Probe): Promise<number> {
  const startedAt = performance.now();
  const commandId = await submitted(installation, createBody(deviceId, sinkUrl));
  const giveUp = new AbortController();
  const late = pause(GIVE_UP_AFTER_MS, 'late' as const, { signal: giveUp.signal }).catch(() => 'late' as const);
  const result = await Promise.race([sink.finalOf(commandId).then(() => 'answered' as const), late]);
  giveUp.abort();
  if (result === 'late') throw new Error(`command ${commandId} was not answered within ${GIVE_UP_AFTER_MS / 1_000} s`);
  return performance.now() - startedAt;
}

async function submitted(installation: Installation, body: string): Promise<string> {
  const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    try {
      const target = await installation.target();
      const headers = { 'content-type': 'application/json', ...target.headers };
      const response = await fetch(target.url, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) });
      const { commandId } = (await response.json()) as { commandId?: string };
      if (response.status === 201 && commandId !== undefined) return commandId;
      throw new Error(`not created: ${response.status}`);
    } catch (error) {
      // The API is on its way: refused connections are what is waited through.
      if (performance.now() > giveUpAt) throw error;
      await pause(50);
    }
  }
}
