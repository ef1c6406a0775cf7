/** Who a simulated device is. */
export interface SimulatedDevice {
  readonly id: string;
  readonly secret?: string;
  /** With it a device that has no secret of its own asks for one, where its wire format knows of that. */
  readonly productSecret?: string;
  /** EnOS and Quectel name a device by its product's key and its own. */
  readonly productKey?: string;
  /** The id unless given. */
  readonly deviceKey?: string;
}

/** A command as a device reads it from the wire. */
export interface DeviceCommand {
  readonly deviceId: string;
  /** What the device de-duplicates by: the command id, or Huawei's mid. */
  readonly key: string;
  readonly attempt: number | undefined;
  /** Milliseconds of the Unix epoch, where the format tells it: not executed after it. */
  readonly deadline?: number;
  readonly method: string;
  readonly parameters: unknown;
  /** Where it came, below the device's own topics, in formats that answer where they were asked. */
  readonly path?: string;
}

export interface WireMessage {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 0 | 1;
}

export interface MqttCredentials {
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
}

/** The device's side of a wire format: where it listens, what it says. */
export interface DeviceProtocol {
  /** What the device subscribes to; nothing where devices never subscribe. */
  listensTo(device: SimulatedDevice): readonly string[];
  /** Whether a message on this topic is meant for the device. */
  isMeantFor(device: SimulatedDevice, topic: string): boolean;
  /** @throws when this is no command */
  read(device: SimulatedDevice, topic: string, payload: Buffer): DeviceCommand;
  /** undefined where the format has no acknowledgement of its own. */
  acknowledgement(device: SimulatedDevice, command: DeviceCommand): WireMessage | undefined;
  answer(device: SimulatedDevice, command: DeviceCommand, outcome: 'succeeded' | 'failed'): WireMessage;
  /** Birth and will, where the format has them; both are retained. `epoch` grows with each session. */
  presence?(device: SimulatedDevice, online: boolean, epoch: number): WireMessage;
  /** MQTT credentials of a device that opens a connection of its own, made anew for each. */
  credentials(device: SimulatedDevice, secret: string): MqttCredentials;
  /** How a device that knows only its product's secret gets its own ("dynamic activation"). */
  activation?(device: SimulatedDevice, productSecret: string): Activation;
}

export interface Activation {
  readonly credentials: MqttCredentials;
  /** Where the secret comes, without a subscription. */
  readonly topic: string;
  /** @throws when there is no secret in it */
  read(payload: Buffer): { readonly secret: string; readonly reply: WireMessage };
}

/** @throws when the device has no product key */
export function keysOf({ id, productKey, deviceKey = id }: SimulatedDevice): { productKey: string; deviceKey: string } {
  if (productKey === undefined) throw new Error(`device ${id} has no product key, which its wire format needs`);
  return { productKey, deviceKey };
}
