import { MavenJars } from '../java/maven-jars.js';

/** The broker's jars (43 MB); beside them are kept a formatted data folder and an archive of loaded classes. */
export const kafkaJars = new MavenJars('kafka', 'kafka_2.13-');
