import type { CommandId, CommandRequest, IdempotencyKey } from '@downlink/command-domain';
import type { Device } from '@downlink/command-engine';
import { deliveryTo } from '@downlink/northbound-kit';
import { createHash } from 'node:crypto';
import type { HuaweiSettings } from '../settings.js';
import type { SendCommandBody } from '../wire/send-command.js';
import { SIGNALTRANS_FORMAT, toDialectData } from './signaltrans-data.js';

/** What sendCommand asks for. */
export interface SignaltransCall {
  readonly device: Device;
  readonly serviceId: string;
  readonly body: SendCommandBody;
  /** Also the sequence number of a call that brings no requestId. */
  readonly commandId: CommandId;
}

/** The name that the call goes by: the caller's own, or a sequence number of ours. */
export function requestIdOf({ body, commandId }: Pick<SignaltransCall, 'body' | 'commandId'>): string {
  return body.header.requestId ?? commandId;
}

/**
 * A sendCommand in canonical words: never cached, issued once and past the queue, refused while the device is known to be away. With
 * toType CLOUD the caller waits for the device's receipt, so the command waits no longer for it than he does.
 */
export function toSignaltransRequest(call: SignaltransCall, settings: HuaweiSettings): CommandRequest {
  const { device, serviceId, body } = call;
  const { mode, from = '', to = '', toType, method, callbackURL } = body.header;
  const delivery = deliveryTo(device, settings.delivery);
  const receipt = toType === 'CLOUD' ? { firstWaitMs: settings.receiptWithinMs, waitJitter: 0 } : {};
  return {
    applicationId: device.applicationId,
    deviceId: device.id,
    dialect: 'huawei',
    wireFormat: device.wireFormat,
    service: serviceId,
    method,
    parameters: body.body ?? {},
    mode: 'immediate',
    lifetimeMs: 0,
    policy: { maxRetransmit: 0, ...delivery, ...receipt, immediate: 'bypass', refuseUnreachable: true },
    callback: { url: callbackURL ?? null, format: SIGNALTRANS_FORMAT },
    dialectData: toDialectData({ requestId: requestIdOf(call), mode, from, to }),
  };
}

/**
 * "The value of this parameter must be unique": under one requestId an application can send one command. The same call again is that
 * command, so that a call whose answer was lost can be repeated; another call under it is refused. Undefined without a requestId.
 */
export function uniqueUnder({ device, serviceId, body }: SignaltransCall): IdempotencyKey | undefined {
  const { requestId } = body.header;
  if (requestId === undefined) return undefined;
  const digest = createHash('sha256')
    .update(JSON.stringify([device.id, serviceId, body]))
    .digest('hex');
  return { key: `huawei requestId ${requestId}`, digest };
}
