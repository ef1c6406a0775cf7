/** One node, however it is run. */
export interface KafkaNode {
  version: string;
  how: string;
  kill(): Promise<void>;
  /** After a kill, on the same ports and data. */
  start(): Promise<void>;
  stop(): Promise<void>;
}
