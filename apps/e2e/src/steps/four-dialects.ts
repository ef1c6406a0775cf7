import { eventually } from '@downlink/testing';
import type { Application, WireFormat } from './application.js';
import { EnosCaller } from './enos-caller.js';
import { QuectelCaller } from './quectel-caller.js';

export const DIALECTS = ['native', 'huawei', 'enos', 'quectel'] as const;
export type Dialect = (typeof DIALECTS)[number];

export interface Addressee {
  readonly deviceId: string;
  readonly wireFormat: WireFormat;
}

const WITHIN_MS = 20_000;

/** Sends the same command in the words of each API, and resolves when that API says that the device has done it. @throws Error with what it says instead */
export class FourDialects {
  private constructor(
    private readonly application: Application,
    private readonly enos: EnosCaller,
    private readonly quectel: QuectelCaller,
  ) {}

  static async logIn(application: Application, apiUrl: string): Promise<FourDialects> {
    const enos = await EnosCaller.logIn(apiUrl, application.enos);
    return new FourDialects(application, enos, await QuectelCaller.logIn(apiUrl, application.quectel));
  }

  /** @param level what the device is to echo */
  command(dialect: Dialect, to: Addressee, level: number): Promise<void> {
    return this.ways[dialect](to, level);
  }

  private readonly ways: Record<Dialect, (to: Addressee, level: number) => Promise<void>> = {
    native: async ({ deviceId }, level) => {
      const command = {
        deviceId,
        service: 'Brightness',
        method: 'SET',
        parameters: { level },
        wait: WITHIN_MS / 1_000,
      };
      const { status } = await this.application.native('POST', '/v1/commands', command);
      if (status !== 'succeeded') throw new Error(`the command is ${String(status)}`);
    },
    huawei: async ({ deviceId }, level) => {
      const command = { serviceId: 'Brightness', method: 'SET', paras: { level } };
      const id = await this.application.create(deviceId, { command });
      await this.application.untilStatus(id, 'SUCCESSFUL', WITHIN_MS);
    },
    enos: async ({ deviceId, wireFormat }, level) => {
      const query = {
        action: 'invokeService',
        productKey: this.application.productOf(wireFormat),
        deviceKey: deviceId,
        serviceId: 'Brightness',
        timeout: String(WITHIN_MS / 1_000),
      };
      const { body, text } = await this.enos.commands('POST', query, { inputData: { level } });
      if (body['code'] !== 0) throw new Error(`invokeService answered ${text}`);
    },
    quectel: async ({ deviceId, wireFormat }, level) => {
      const productKey = this.application.productOf(wireFormat);
      const sent = await this.quectel.call('POST', '/v2/deviceshadow/r3/openapi/dm/sendServiceData?language=EN', {
        productKey,
        devices: [deviceId],
        data: JSON.stringify([{ Brightness: [{ level: String(level) }] }]),
        isCache: true,
        cacheTime: 600,
      });
      const ticket = (sent.body['data'] as { ticket?: string }[] | undefined)?.[0]?.ticket;
      if (ticket === undefined) throw new Error(`sendServiceData answered ${sent.text}`);
      const path = `/v2/quecdatastorage/r1/openapi/device/data/history?productKey=${productKey}&deviceKey=${deviceId}&direction=2`;
      await eventually(
        async () => {
          const { body, text } = await this.quectel.call('GET', path);
          const rows = body['data'] as { ticket: string; sendStatus: number }[];
          if (rows.find((row) => row.ticket === ticket)?.sendStatus !== 1) throw new Error(`not done: ${text}`);
        },
        { withinMs: WITHIN_MS, everyMs: 100 },
      );
    },
  };
}
