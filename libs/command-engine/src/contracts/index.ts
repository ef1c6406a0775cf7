export * from './access-tokens.contract.js';
export * from './registry.contract.js';
