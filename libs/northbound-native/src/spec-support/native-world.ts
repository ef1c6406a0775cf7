import { expect } from '@jest/globals';
import { parseCommandId, type CommandId } from '@downlink/command-domain';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { nativeFaceOf } from '../face.js';
import { NativeModule } from '../native.module.js';
import type { NativeOptions } from '../settings.js';
import { ADMIN_KEY, APPLICATION_KEY, FOREIGN_KEY, NativeClient, PROVISION, type JsonAnswer } from './native-client.js';

/** The API on a real Postgres with everybody who may call it. */
export interface NativeWorld {
  readonly running: RunningNorthbound;
  readonly admin: NativeClient;
  readonly client: NativeClient;
  readonly foreigner: NativeClient;
  /** Devices of app-1 that never got a command. */
  freshDevices(count: number): Promise<string[]>;
}

type Waiting = Parameters<typeof startNorthbound>[2];

export async function startNative(
  options: Omit<NativeOptions, 'adminKey'> = {},
  waiting?: Waiting,
): Promise<NativeWorld> {
  const running = await startNorthbound(
    [nativeFaceOf(options)],
    (ports) => NativeModule.forRoot(ports, { adminKey: ADMIN_KEY, ...options }),
    waiting,
  );
  const admin = new NativeClient(running, ADMIN_KEY);
  expect((await admin.post('/v1/provision', PROVISION)).status).toBe(200);
  let made = 0;
  return {
    running,
    admin,
    client: new NativeClient(running, APPLICATION_KEY),
    foreigner: new NativeClient(running, FOREIGN_KEY),
    async freshDevices(count) {
      const ids = Array.from({ length: count }, () => `fresh-${String(made++)}`);
      const devices = ids.map((id) => ({ id, applicationId: 'app-1', productKey: 'lamp', name: '', activated: true }));
      await running.store.registry.apply({ applications: [], products: [], devices });
      return ids;
    },
  };
}

/** A time as the API writes it. */
export const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export function expectProblem(answer: JsonAnswer, status: number, code: string, path?: string): void {
  expect(answer.body).toMatchObject({ status, code });
  expect(answer.status).toBe(status);
  if (path !== undefined) expect(answer.body['errors']).toMatchObject([{ path, message: expect.any(String) }]);
}

export function idOf({ body }: Pick<JsonAnswer, 'body'>): CommandId {
  const id = parseCommandId(String(body['id']));
  if (id === undefined) throw new Error(`no command: ${JSON.stringify(body)}`);
  return id;
}
