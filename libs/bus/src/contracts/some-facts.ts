import { makeCommandId } from '@downlink/command-domain';
import { anEvent, aRequest, T0 } from '@downlink/command-domain/contracts';
import type { CommittedFact } from '@downlink/command-engine';

/** The `number`-th fact of a device; its version is the number, so that order can be checked. */
export function aFact(deviceId: string, number: number): CommittedFact {
  return {
    commandId: makeCommandId(T0, 1, 0),
    version: number,
    event: anEvent.AttemptSent,
    request: aRequest({ deviceId }),
    lanePosition: 1,
    statusBefore: 'sending',
    status: 'sent',
  };
}

/** Facts 1..perDevice of devices d0, d1, …, one number after the other over all devices. */
export function someFacts(devices: number, perDevice: number): CommittedFact[] {
  const facts: CommittedFact[] = [];
  for (let number = 1; number <= perDevice; number += 1) {
    for (let device = 0; device < devices; device += 1) facts.push(aFact(`d${String(device)}`, number));
  }
  return facts;
}
