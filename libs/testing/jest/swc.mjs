/** How TypeScript becomes JavaScript in tests, without types being checked (`npm run types` does that). */
export const swc = {
  module: { type: 'es6' },
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
};
