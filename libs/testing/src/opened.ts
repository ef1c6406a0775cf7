const KEY = Symbol.for('downlink.testing.opened');

type Opened = Map<object, string>;

/**
 * What this room has opened for a spec and what must be closed at the spec file's end. It stands on the global object, because Jest's
 * environment, which checks it after the last hook, does not share modules with the spec.
 */
function openedThings(): Opened {
  const holder = globalThis as { [KEY]?: Opened };
  return (holder[KEY] ??= new Map());
}

/** Notes that `thing` is open, under a name for the message of the leak check. Call the function that it gives when it is closed. */
export function noteOpened(name: string): () => void {
  const key = {};
  openedThings().set(key, name);
  return () => void openedThings().delete(key);
}

/** Names of what is open at this moment. */
export function namesOfOpened(): string[] {
  return [...openedThings().values()];
}
