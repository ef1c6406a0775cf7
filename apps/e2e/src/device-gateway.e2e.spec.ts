import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { describeWithServers, eventually } from '@downlink/testing';
import { WIRE_FORMATS, type WireFormat } from './steps/application.js';
import { DIALECTS, FourDialects } from './steps/four-dialects.js';
import { sendManyCommands } from './steps/send-many-commands.js';
import { untilFinished } from './steps/until-finished.js';
import { useWorld } from './steps/world.js';
import { startProcesses } from './system/start-processes.js';
import type { Gateways } from './system/system.js';

const PER_FORMAT = 3;
const RECOVERY_MS = 120_000;

// On processes also where the others run against containers: those have one gateway, which the specs of whole commands go through.
describeWithServers(['kafka', 'mosquitto'], 'devices behind two gateways [processes]', behindTwoGateways);

function behindTwoGateways(): void {
  const world = useWorld(() => startProcesses({ gateways: 2 }), { slackMs: 15_000 });
  const devices = new Map<WireFormat, readonly string[]>();
  const all = () => [...devices.values()].flat();
  const gateways = (): Gateways => world().system.gateways!;
  let dialects: FourDialects;

  beforeAll(async () => {
    const { application, system } = world();
    for (const format of WIRE_FORMATS) devices.set(format, await application.devices(format, PER_FORMAT));
    await connect(0, ['native', 'enos']);
    await connect(1, ['huawei', 'quectel']);
    dialects = await FourDialects.logIn(application, system.apiUrl);
  });
  beforeEach(async () => {
    gateways().setOpen(true);
    await gateways().restart();
  });

  async function connect(gateway: number, formats: readonly WireFormat[]): Promise<void> {
    gateways().prefer(gateway);
    for (const wireFormat of formats) {
      const productKey = world().application.productOf(wireFormat);
      await world().devices.connect({ ids: devices.get(wireFormat)!, wireFormat, productKey, delayMs: 20 });
    }
    await untilConnected(gateway, formats.length * PER_FORMAT);
  }

  const untilConnected = (gateway: number, count: number) =>
    eventually(async () => expect(await gateways().connected(gateway)).toBe(count), { withinMs: 60_000, everyMs: 100 });
  const untilSaidAway = (away: boolean) =>
    eventually(
      async () => {
        for (const id of all()) {
          const { unreachableSince } = await world().application.native('GET', `/v1/devices/${id}/lane`);
          expect(unreachableSince).toEqual(away ? expect.any(String) : null);
        }
      },
      { withinMs: 60_000, everyMs: 200 },
    );
  const succeedAll = async (taken: readonly string[], callbackUrl: string): Promise<void> => {
    const commands = await untilFinished(world(), all(), callbackUrl, RECOVERY_MS);
    const known = new Map(commands.map(({ commandId, status }) => [String(commandId), status]));
    expect(taken.map((id) => known.get(id))).toEqual(taken.map(() => 'SUCCESSFUL'));
  };

  const pairs = WIRE_FORMATS.flatMap((format) => DIALECTS.map((dialect) => [format, dialect] as const));
  it.each(pairs)('a %s device does what it is told over the %s API', async (wireFormat, dialect) => {
    const [deviceId] = devices.get(wireFormat)!;
    await dialects.command(dialect, { deviceId: deviceId!, wireFormat }, 7);
    expect(world().devices.receivedBy(deviceId!).at(-1)).toMatchObject({ executed: true });
  });

  it(
    'loses nothing when devices move between the gateways, also while the old connections seem to be there',
    async () => {
      const { application, receiver } = world();
      const callbackUrl = receiver.address();
      const sending = sendManyCommands(application, { deviceIds: all(), count: 120, callbackUrl });
      for (const [gateway, onlyTheirSide] of [
        [0, true],
        [1, true],
        [0, false],
        [1, true],
      ] as const) {
        gateways().prefer(gateway);
        gateways().breakConnections({ onlyTheirSide });
        await untilConnected(gateway, all().length);
        await untilConnected(1 - gateway, 0);
      }
      await succeedAll(await sending.all, callbackUrl);
    },
    RECOVERY_MS * 2,
  );

  it(
    'loses nothing when a gateway is killed in the middle: its devices go on over the other',
    async () => {
      const { application, receiver } = world();
      await untilConnected(1, all().length);
      const callbackUrl = receiver.address();
      const sending = sendManyCommands(application, { deviceIds: all(), count: 200, callbackUrl });
      await sending.untilTaken(60);
      await gateways().end(1);
      await untilConnected(0, all().length);
      await succeedAll(await sending.all, callbackUrl);
    },
    RECOVERY_MS * 2,
  );

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'says of every device that it is away when their gateway ends by %s, and that it is back',
    async (signal) => {
      gateways().prefer(0);
      gateways().breakConnections();
      await untilConnected(0, all().length);
      await untilSaidAway(false);
      gateways().setOpen(false);
      expect(await gateways().end(0, signal)).toBe(signal === 'SIGTERM' ? 0 : signal);
      await untilSaidAway(true);
      gateways().setOpen(true);
      await untilConnected(1, all().length);
      await untilSaidAway(false);
    },
    RECOVERY_MS,
  );
}
