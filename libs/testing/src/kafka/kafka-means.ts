import { spawnSync } from 'node:child_process';
import { findProgram } from '../servers/find-program.js';
import { jarsArePresent } from './kafka-jars.js';

/** The release that is tested; also the tag of the image in docker-compose.yml. */
export const KAFKA_IMAGE = 'apache/kafka:4.3.1';

const OLDEST_JAVA = 17;

/** How a broker of one's own can be had here: the JVM first, as it is ready in some 3 s, a container second. */
export function kafkaMeans(): 'java' | 'docker' | undefined {
  if (javaIsThere() && (jarsArePresent() || findProgram('mvn') !== undefined)) return 'java';
  // Only an image that is there already: a test does not pull.
  const image = spawnSync('docker', ['image', 'inspect', KAFKA_IMAGE], { timeout: 5000, stdio: 'ignore' });
  return image.status === 0 ? 'docker' : undefined;
}

function javaIsThere(): boolean {
  const { stderr, status } = spawnSync('java', ['-version'], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 && Number(/version "(\d+)/.exec(stderr)?.[1]) >= OLDEST_JAVA;
}
