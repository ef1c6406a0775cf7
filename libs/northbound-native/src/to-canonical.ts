import type { CommandRequest } from '@downlink/command-domain';
import type { Device } from '@downlink/command-engine';
import { deliveryTo, type DeliveryDefaults } from '@downlink/northbound-kit';
import { DEFAULT_LIFETIME_SECONDS, DEFAULT_MAX_RETRANSMIT, type SubmitCommandBody } from './wire/submit-command.js';

/** A submitted command in canonical words. */
export function toRequest(body: SubmitCommandBody, device: Device, delivery: DeliveryDefaults): CommandRequest {
  const mode = body.mode ?? 'cached';
  const lifetimeSeconds = mode === 'immediate' ? 0 : (body.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS);
  return {
    applicationId: device.applicationId,
    deviceId: device.id,
    dialect: 'native',
    wireFormat: device.wireFormat,
    service: body.service,
    method: body.method,
    parameters: body.parameters ?? {},
    mode,
    lifetimeMs: lifetimeSeconds * 1000,
    policy: {
      ...deliveryTo(device, delivery),
      maxRetransmit: body.maxRetransmit ?? DEFAULT_MAX_RETRANSMIT,
      immediate: 'bypass',
    },
    ...(body.supersedeKey !== undefined && { supersedeKey: body.supersedeKey }),
    ...(body.callbackUrl !== undefined && { callback: { url: body.callbackUrl, format: 'native' } }),
  };
}
