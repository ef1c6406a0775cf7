import { spawnSync } from 'node:child_process';
import { javaIsThere } from '../java/java-is-there.js';
import { kafkaJars } from './kafka-jars.js';

/** The release that is tested; also the tag of the image in docker-compose.yml. */
export const KAFKA_IMAGE = 'apache/kafka:4.3.1';

/** How a broker of one's own can be had here: the JVM first, as it is ready in some 3 s, a container second. */
export function kafkaMeans(): 'java' | 'docker' | undefined {
  if (javaIsThere() && kafkaJars.canBeHad) return 'java';
  // Only an image that is there already: a test does not pull.
  const image = spawnSync('docker', ['image', 'inspect', KAFKA_IMAGE], { timeout: 5000, stdio: 'ignore' });
  return image.status === 0 ? 'docker' : undefined;
}
