import { makeCommandId } from '@downlink/command-domain';
import type { Delivery } from '@downlink/command-engine';

let made = 0;

/** A claimed delivery; each call is another command unless `commandId` says otherwise. */
export function deliveryTo(url: string, rest: Partial<Delivery> = {}): Delivery {
  made += 1;
  const commandId = rest.commandId ?? makeCommandId(Date.UTC(2026, 10, 21) + made, 1, 0);
  const version = rest.version ?? 1;
  return {
    webhookId: `${commandId}-${version}`,
    commandId,
    version,
    deviceId: 'device-1',
    applicationId: 'app-1',
    url,
    contentType: 'application/json',
    body: '{"status":"SENT","schön":true}',
    attempts: 0,
    ...rest,
  };
}
