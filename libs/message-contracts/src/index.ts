export * from './dead-letter.js';
export * from './decode-fact.js';
export * from './encode-fact.js';
export { EVENT_TYPES } from './event-members.js';
export * from './fact-headers.js';
export * from './fact-message.js';
export * from './topics.js';
export * from './unreadable-message.js';
