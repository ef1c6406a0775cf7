import { webhookIdOf, type Delivery } from '@downlink/command-engine';
import { commandIdOf } from '../commands/head-row.js';

/** The columns that a notifier needs of a delivery it claimed. */
export interface DeliveryRow {
  command_id: string;
  version: number;
  /** Empty for the command's own callback. */
  receiver: string;
  application_id: string;
  device_id: string;
  url: string;
  content_type: string;
  body: string;
  attempts: number;
}

/** The members of `DeliveryRow`, of the table or alias `d`. */
export const DELIVERY_COLUMNS =
  'd.command_id, d.version, d.receiver, d.application_id, d.device_id, d.url, d.content_type, d.body, d.attempts';

export function deliveryOf(row: DeliveryRow): Delivery {
  const { version, receiver } = row;
  const key = { commandId: commandIdOf(row.command_id), version, ...(receiver !== '' && { receiver }) };
  return {
    webhookId: webhookIdOf(key),
    ...key,
    deviceId: row.device_id,
    applicationId: row.application_id,
    url: row.url,
    contentType: row.content_type,
    body: row.body,
    attempts: row.attempts,
  };
}
