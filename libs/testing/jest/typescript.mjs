import { register } from 'node:module';

/** `node --import ./libs/testing/jest/typescript.mjs some.ts` runs TypeScript of this repository. */
register('./typescript-hooks.mjs', import.meta.url);
