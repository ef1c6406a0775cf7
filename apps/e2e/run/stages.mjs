import { buildApps } from './build-apps.mjs';
import { otherNode } from './other-node.mjs';
import { runJest } from './run-jest.mjs';
import { runScript } from './run-program.mjs';

const one = (passed) => (passed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });

/** One after the other, so that a failure of one does not hide that of the next. Each run gives { passed, failed, skipped }. */
export const stages = [
  {
    name: 'lint',
    async run() {
      const lint = await runScript('node_modules/oxlint/bin/oxlint', ['--deny-warnings', 'apps', 'libs']);
      const format = await runScript('node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']);
      return one(lint === 0 && format === 0);
    },
  },
  {
    name: 'types',
    run: async () => one((await runScript('node_modules/typescript/bin/tsc', ['--noEmit'])) === 0),
  },
  {
    name: 'boundaries',
    async run() {
      const cruiser = 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs';
      return one((await runScript(cruiser, ['--config', '.dependency-cruiser.cjs', 'apps', 'libs'])) === 0);
    },
  },
  { name: 'build', run: async () => one(await buildApps()) },
  { name: 'unit', run: (folder) => runJest('unit', folder) },
  {
    name: 'unit-on-another-node',
    async run(folder) {
      const other = otherNode();
      if (other !== undefined) return runJest('unit', folder, other);
      const reason =
        'unit tests on another Node major: none found (node22 or node24 on the PATH, nvm, or DOWNLINK_OTHER_NODE)';
      console.log(reason);
      return { passed: 0, failed: 0, notes: [reason] };
    },
  },
  { name: 'int', run: (folder) => runJest('int', folder) },
  { name: 'e2e', run: (folder) => runJest('e2e', folder) },
];
