import type { Login } from './logins.js';
import { MqttSocket } from './mqtt-socket.js';

/** Where a command's id stands in its payload, which begins with it. */
export const ID_AT = '{"id":"'.length;
export const ID_DIGITS = 19;

export interface ConnectedDevice {
  /** Where its commands come. */
  readonly topic: string;
  readonly socket: MqttSocket;
}

/** A device of the native wire format that answers at once. Resolves when it listens. @throws Error when it is refused */
export async function connectNativeDevice(port: number, login: Login, id: string): Promise<ConnectedDevice> {
  const topic = `downlink/v1/devices/${id}/commands`;
  const answers = `downlink/v1/devices/${id}/answers`;
  const socket: MqttSocket = await MqttSocket.open({
    port,
    login,
    onMessage: (_, command) => socket.publishPacket(answers, answerTo(command)),
  });
  await socket.subscribe(topic);
  return { topic, socket };
}

function answerTo(command: Buffer): Buffer {
  const id = command.toString('latin1', ID_AT, ID_AT + ID_DIGITS);
  return Buffer.from(`{"id":"${id}","status":"succeeded","result":{"on":true,"level":42}}`);
}
