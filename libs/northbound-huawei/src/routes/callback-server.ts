import { ErrorAnswer, type NorthboundPorts } from '@downlink/northbound-kit';
import { errorAnswer } from '../errors/error-answer.js';
import type { HuaweiSettings } from '../settings.js';

/**
 * "host:port of callbackUrl must equal that of the application's other subscriptions" (Huawei, FAQ on callback addresses). Only where
 * the installation wants it, because applications may well have several receivers.
 * @throws ErrorAnswer 403; the vendor names no code: 100222 is ours
 */
export async function checkCallbackServer(
  { subscriptions }: Pick<NorthboundPorts, 'subscriptions'>,
  { callbacksOfOneServer }: HuaweiSettings,
  applicationId: string,
  url: string | undefined,
): Promise<void> {
  if (!callbacksOfOneServer || url === undefined) return;
  const { subscriptions: known } = await subscriptions.search({ applicationId, offset: 0, limit: 1 });
  const [other] = known;
  if (other === undefined || serverOf(other.url) === serverOf(url)) return;
  throw new ErrorAnswer(errorAnswer('callback-illegal', 'another server than that of the subscriptions', 403));
}

/** With the port that the scheme stands for where none is named. */
function serverOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
}
