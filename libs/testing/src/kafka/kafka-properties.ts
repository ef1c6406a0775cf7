/** Where one node listens. Kafka wants the controller's address as well as the clients'. */
export interface KafkaPorts {
  client: number;
  controller: number;
}

/** The settings of a single node for tests (KRaft, broker and controller in one). `bind` is the address it listens on. */
export function kafkaProperties(ports: KafkaPorts, dataFolder: string, bind = '127.0.0.1'): Record<string, string> {
  const client = String(ports.client);
  const controller = String(ports.controller);
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://${bind}:${client},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${client}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': dataFolder,
    ...replication,
    ...speed,
    // A topic made by a typing mistake should fail a test, not come into being.
    'auto.create.topics.enable': 'false',
  };
}

/** One node can hold one replica; the default of 3 lets groups and transactions hang. */
const replication = {
  'default.replication.factor': '1',
  'min.insync.replicas': '1',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
};

const speed = {
  // 50 partitions each by default, and each is a folder with files to open at start.
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
  'share.coordinator.state.topic.num.partitions': '4',
  // No wait of 3 s for more members before the first rebalance of an empty group.
  'group.initial.rebalance.delay.ms': '0',
  // Lets tests use session timeouts below the floor of 6 s.
  'group.min.session.timeout.ms': '1000',
  // After kill -9 the restarted broker is let in when its old session (9 s by default) is over.
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  'num.network.threads': '2',
  'num.io.threads': '4',
  'background.threads': '2',
  'log.cleaner.dedupe.buffer.size': '16777216',
};

/** As the text of a properties file. */
export function propertiesText(properties: Record<string, string>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
