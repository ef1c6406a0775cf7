import { fileURLToPath } from 'node:url';
import { swc } from './swc.mjs';

const rootDir = fileURLToPath(new URL('../../..', import.meta.url));

/** What the three sizes of test share: ESM through swc, the same aliases as tsconfig.json, no mocks by magic. */
export const base = {
  rootDir,
  roots: ['<rootDir>/apps', '<rootDir>/libs'],
  testEnvironment: '<rootDir>/libs/testing/jest/leak-checking-environment.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  moduleNameMapper: {
    '^@downlink/([^/]+)/contracts$': '<rootDir>/libs/$1/src/contracts/index.ts',
    '^@downlink/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  errorOnDeprecated: true,
};

/** The sizes of test that use real servers: one set of servers for the whole run. */
export const withServers = {
  globalSetup: '<rootDir>/libs/testing/jest/start-servers.mjs',
  globalTeardown: '<rootDir>/libs/testing/jest/stop-servers.mjs',
};
