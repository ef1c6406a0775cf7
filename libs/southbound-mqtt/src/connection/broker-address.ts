/** 5 is MQTT 5, 4 is MQTT 3.1.1; `auto` tries 5 and falls back to 3.1.1 when the broker refuses it. */
export type ProtocolChoice = 5 | 4 | 'auto';

/** Where a broker is and who we are to it. */
export interface BrokerAddress {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  url: string;
  clientId: string;
  username?: string;
  password?: string;
  /** Default `auto`. */
  protocolVersion?: ProtocolChoice;
}
