import type { CommandRequest, JsonObject } from '@downlink/command-domain';
import { INVOKE, PROPERTIES, type Device } from '@downlink/command-engine';
import { deliveryTo } from '@downlink/northbound-kit';
import type { DeliveryWish } from './wire/query.js';

/** What a call asks of the device, in canonical words. */
export type Asked = Pick<CommandRequest, 'service' | 'method' | 'parameters'>;

/** EnOS, Invoke Service: a service has no methods of its own and is simply called. */
export function askedOfService(serviceId: string, inputData: JsonObject): Asked {
  return { service: serviceId, method: INVOKE, parameters: inputData };
}

/** EnOS, Set Measurement Point. */
export function askedOfMeasurepoint(measurepointId: string, value: JsonObject[string]): Asked {
  return { service: PROPERTIES, method: 'write', parameters: { [measurepointId]: value } };
}

/**
 * A call in canonical words. Without `pendingTtl` the command is instant: it joins the device's queue where that is not
 * empty, fails when the device leaves, and nothing of it is awaited behind `timeout`. With it the command is cached, and
 * `timeout` begins when it is sent. The vendor resends nothing: a service that was called is not called again.
 */
export function toRequest(asked: Asked, device: Device, wish: DeliveryWish, laneCap: number): CommandRequest {
  const timeoutMs = wish.timeout * 1000;
  const instant = wish.pendingTtl === 0;
  const waits = { firstWaitMs: timeoutMs, waitJitter: 0, answerWithinMs: timeoutMs, laneCap };
  return {
    applicationId: device.applicationId,
    deviceId: device.id,
    dialect: 'enos',
    wireFormat: device.wireFormat,
    ...asked,
    mode: instant ? 'immediate' : 'cached',
    lifetimeMs: instant ? timeoutMs : wish.pendingTtl * 1000,
    policy: {
      ...deliveryTo(device, waits),
      maxRetransmit: 0,
      immediate: 'join',
      ...(instant && { finishWithinMs: timeoutMs }),
    },
  };
}
