export * from './fact-bus.contract.js';
export * from './some-facts.js';
