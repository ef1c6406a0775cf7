import { build, type Histogram } from 'hdr-histogram-js';
import { setTimeout as pause } from 'node:timers/promises';
import type { Login } from './logins.js';
import { MqttSocket } from './mqtt-socket.js';
import { connectNativeDevice, ID_AT, ID_DIGITS, type ConnectedDevice } from './native-device.js';

/** Where devices connect, where the platform does, and what its topics are there. */
export interface Side {
  readonly devicePort: number;
  readonly platformPort: number;
  /** The platform's subscription that has all answers. */
  readonly answers: string;
  login(deviceId: string): Login;
}

export interface TripResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly completed: number;
  /** Commands without an answer 10 s after the end. */
  readonly lost: number;
}

/** Commands under way in the closed loop. */
const OUTSTANDING = 256;

/** A command of the native format; the id is a counter of 19 digits. */
const commandOf = (id: number): Buffer =>
  Buffer.from(
    `{"id":"${String(id).padStart(ID_DIGITS, '0')}","attempt":1,"deadline":"2026-11-22T12:00:00.000Z","service":"switch","method":"turn",` +
      `"parameters":{"on":true,"level":42,"reason":"benchmark of the round trip"}}`,
  );

/** One platform connection and devices with a socket each that answer at once: commands out, answers back, all of QoS 1. */
export class Qos1Trips {
  private readonly underWay = new Map<number, number>();
  private histogram: Histogram = build({ numberOfSignificantValueDigits: 3 });
  private sequence = 0;
  private completed = 0;
  private onAnswer: () => void = () => undefined;

  private constructor(
    private readonly platform: MqttSocket,
    private readonly devices: readonly ConnectedDevice[],
  ) {}

  /** Resolves when every device listens. @throws Error when one is refused */
  static async start(side: Side, deviceIds: readonly string[]): Promise<Qos1Trips> {
    let trips: Qos1Trips | undefined;
    const platform = await MqttSocket.open({
      port: side.platformPort,
      login: { clientId: `bench-platform-${String(side.devicePort)}` },
      onMessage: (topic, payload) => void (topic.endsWith('/answers') && trips?.answered(payload)),
    });
    await platform.subscribe(side.answers);
    const devices = [];
    for (const id of deviceIds) devices.push(await connectNativeDevice(side.devicePort, side.login(id), id));
    trips = new Qos1Trips(platform, devices);
    return trips;
  }

  /** Closed loop: the next command leaves when an answer has come. */
  async saturate(warmUpMs: number, measureMs: number): Promise<TripResult> {
    this.onAnswer = () => this.send(performance.now());
    for (let n = 0; n < OUTSTANDING; n++) this.send(performance.now());
    await pause(warmUpMs);
    return this.measure(() => pause(measureMs));
  }

  /** Open loop: one command every 1/perSecond s, whatever became of the earlier ones; latency counts from when it was due. */
  async atRate(perSecond: number, warmUpMs: number, measureMs: number): Promise<TripResult> {
    this.onAnswer = () => undefined;
    await this.sendAt(perSecond, warmUpMs);
    return this.measure(() => this.sendAt(perSecond, measureMs));
  }

  stop(): void {
    for (const { socket } of [...this.devices, { socket: this.platform }]) socket.destroy();
  }

  private async sendAt(perSecond: number, forMs: number): Promise<void> {
    const start = performance.now();
    const total = Math.round((perSecond * forMs) / 1_000);
    for (let sent = 0; sent < total;) {
      const due = Math.min(total, Math.floor(((performance.now() - start) / 1_000) * perSecond) + 1);
      for (; sent < due; sent++) this.send(start + (sent / perSecond) * 1_000);
      await pause(1);
    }
  }

  private async measure(run: () => Promise<unknown>): Promise<TripResult> {
    this.histogram = build({ numberOfSignificantValueDigits: 3 });
    this.completed = 0;
    const startedAt = performance.now();
    await run();
    const { completed } = this;
    const seconds = (performance.now() - startedAt) / 1_000;
    this.onAnswer = () => undefined;
    for (const end = performance.now() + 10_000; this.underWay.size > 0 && performance.now() < end;) await pause(20);
    const lost = this.underWay.size;
    this.underWay.clear();
    const percentile = (share: number): number => this.histogram.getValueAtPercentile(share) / 1_000;
    return { perSecond: completed / seconds, p50Ms: percentile(50), p99Ms: percentile(99), completed, lost };
  }

  private send(dueAt: number): void {
    const id = this.sequence++;
    const { topic } = this.devices[id % this.devices.length]!;
    this.underWay.set(id, dueAt);
    this.platform.publish(topic, commandOf(id));
  }

  private answered(payload: Buffer): void {
    const id = Number(payload.toString('latin1', ID_AT, ID_AT + ID_DIGITS));
    const dueAt = this.underWay.get(id);
    if (dueAt === undefined) return;
    this.underWay.delete(id);
    this.completed += 1;
    this.histogram.recordValue(Math.max(1, Math.round((performance.now() - dueAt) * 1_000)));
    this.onAnswer();
  }
}
