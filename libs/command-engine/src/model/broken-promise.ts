/** The engine did something that no application may ever see. `rule` is the number in the page of rules, or what was promised. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';

  constructor(
    readonly rule: string,
    detail: string,
  ) {
    super(`rule ${rule}: ${detail}`);
  }
}

/** @throws BrokenPromise unless the condition holds */
export function promised(rule: string, holds: boolean, detail: () => string): void {
  if (!holds) throw new BrokenPromise(rule, detail());
}
