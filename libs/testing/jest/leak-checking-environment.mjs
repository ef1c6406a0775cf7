import { TestEnvironment } from 'jest-environment-node';

/** Node's environment, and a spec file that leaves servers, databases or receivers of libs/testing open has failed. */
export default class LeakCheckingEnvironment extends TestEnvironment {
  async handleTestEvent(event) {
    // After the last afterAll of the file; hooks of a setup file would run before those of the spec.
    if (event.name !== 'run_finish') return;
    const opened = this.global[Symbol.for('downlink.testing.opened')];
    if (opened?.size > 0) throw new Error(`left open at the end of the spec file: ${[...opened.values()].join(', ')}`);
  }
}
