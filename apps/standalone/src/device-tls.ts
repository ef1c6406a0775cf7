import type { TlsSettings } from '../../device-gateway/src/device-listeners.js';
import type { StandaloneConfig } from './config.js';
import type { DataFolder } from './data-folder.js';
import { selfSignedFiles } from './self-signed.js';

/** MQTT over TLS for devices, where it is asked for: with the certificate that is given, else with the installation's own. */
export async function deviceTls(config: StandaloneConfig, folder: DataFolder): Promise<TlsSettings | undefined> {
  const { MQTTS_PORT, TLS_CERT, TLS_KEY } = config;
  if (MQTTS_PORT === undefined) return undefined;
  const files =
    TLS_CERT === undefined || TLS_KEY === undefined ? await selfSignedFiles(folder) : { cert: TLS_CERT, key: TLS_KEY };
  return { port: MQTTS_PORT, ...files, clientCertificateRequired: false };
}
