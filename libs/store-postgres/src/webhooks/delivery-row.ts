import type { Delivery } from '@downlink/command-engine';
import { commandIdOf } from '../commands/head-row.js';

/** The columns that a notifier needs of a delivery it claimed. */
export interface DeliveryRow {
  command_id: string;
  version: number;
  application_id: string;
  device_id: string;
  url: string;
  content_type: string;
  body: string;
  attempts: number;
}

/** The members of `DeliveryRow`, of the table or alias `d`. */
export const DELIVERY_COLUMNS =
  'd.command_id, d.version, d.application_id, d.device_id, d.url, d.content_type, d.body, d.attempts';

export function deliveryOf(row: DeliveryRow): Delivery {
  const commandId = commandIdOf(row.command_id);
  return {
    webhookId: `${commandId}-${String(row.version)}`,
    commandId,
    version: row.version,
    deviceId: row.device_id,
    applicationId: row.application_id,
    url: row.url,
    contentType: row.content_type,
    body: row.body,
    attempts: row.attempts,
  };
}
