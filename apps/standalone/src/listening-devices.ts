import type { SignalQueue } from '@downlink/command-engine';
import type { Logger } from '@downlink/runtime';
import type { DevicePresence } from '@downlink/southbound-mqtt';

/** Which devices listen for commands now, as the gateway in this process tells; the engine is told as well. */
export class ListeningDevices implements DevicePresence {
  private readonly sessions = new Map<string, number>();

  constructor(
    private readonly signals: Pick<SignalQueue, 'handle'>,
    private readonly logger: Logger,
  ) {}

  has(deviceId: string): boolean {
    return this.sessions.has(deviceId);
  }

  online(deviceId: string, epoch: number): void {
    if (epoch < (this.sessions.get(deviceId) ?? epoch)) return;
    this.sessions.set(deviceId, epoch);
    this.tell('device-reachable', deviceId, epoch);
  }

  /** The end of a session whose device is back in a newer one changes nothing. */
  offline(deviceId: string, epoch: number): void {
    if (epoch < (this.sessions.get(deviceId) ?? epoch)) return;
    this.sessions.delete(deviceId);
    this.tell('device-unreachable', deviceId, epoch);
  }

  private tell(kind: 'device-reachable' | 'device-unreachable', deviceId: string, epoch: number): void {
    this.signals
      .handle({ kind, deviceId, epoch })
      .catch((err: unknown) => this.logger.warn({ err, deviceId, kind }, 'presence could not be stored'));
  }
}
