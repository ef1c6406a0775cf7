import { base } from './base.mjs';

/** `.spec.ts`: no I/O, the whole set in seconds. */
export default { ...base, displayName: 'unit', testRegex: '(?<!\\.(int|e2e))\\.spec\\.ts$', testTimeout: 10_000 };
