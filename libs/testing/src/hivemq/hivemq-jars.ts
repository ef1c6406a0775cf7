import { MavenJars } from '../java/maven-jars.js';

/** The broker's jars (98 MB). */
export const hiveMqJars = new MavenJars('hivemq', 'hivemq-community-edition-embedded-');
