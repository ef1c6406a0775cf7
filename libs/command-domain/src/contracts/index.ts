export * from '../specimens/index.js';
