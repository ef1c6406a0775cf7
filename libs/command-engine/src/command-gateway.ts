import type { CommandId, CommandRequest, DeviceId } from '@downlink/command-domain';
import type { Outcome } from './outcome.js';
import type { CommandIds } from './ports/command-ids.port.js';
import type { SignalQueue } from './signal-queue.js';

/** What applications may do to commands, whatever API they speak. */
export class CommandGateway {
  constructor(
    private readonly ids: CommandIds,
    private readonly queue: SignalQueue,
  ) {}

  /**
   * Accepts a command, and starts its first attempt in the same transaction when its lane is free.
   * Rejections: `lane-full`, `device-unreachable`. @throws Fault (retryable) when the store is away or ids cannot be made.
   */
  async submit(request: CommandRequest): Promise<Outcome> {
    const commandId = this.ids.next();
    return this.queue.handle({ kind: 'submit', commandId, deviceId: request.deviceId, request });
  }

  /** Withdraws a command of which no attempt is out. Rejections: `unknown-command`, `not-cancelable`. @throws Fault as above. */
  async cancel(commandId: CommandId, deviceId: DeviceId): Promise<Outcome> {
    return this.queue.handle({ kind: 'cancel', commandId, deviceId });
  }
}
