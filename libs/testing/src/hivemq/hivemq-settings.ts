/** Without an extension that authenticates, HiveMQ admits nobody; this is the switch that its embedded form uses. */
export const START_SCRIPT = [
  `Java.type('com.hivemq.configuration.service.InternalConfigurations').AUTH_DENY_UNAUTHENTICATED_CONNECTIONS.set(false);`,
  `Java.type('com.hivemq.HiveMQServer').main(Java.to([], 'java.lang.String[]'));`,
  '',
].join('\n');

/** Its config.xml, for the address 127.0.0.1. */
export function hiveMqConfiguration(options: { port: number; persistence?: boolean; receiveMaximum?: number }): string {
  const { port, persistence = false, receiveMaximum } = options;
  return `<?xml version="1.0"?>
<hivemq>
  <listeners>
    <tcp-listener><port>${String(port)}</port><bind-address>127.0.0.1</bind-address></tcp-listener>
  </listeners>
  <mqtt>
    <!-- 1,000 by default: a burst of a test would be dropped without a word. -->
    <queued-messages><max-queue-size>100000</max-queue-size></queued-messages>
    ${receiveMaximum === undefined ? '' : `<receive-maximum><server-receive-maximum>${String(receiveMaximum)}</server-receive-maximum></receive-maximum>`}
  </mqtt>
  <persistence><mode>${persistence ? 'file' : 'in-memory'}</mode></persistence>
  <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
</hivemq>
`;
}
