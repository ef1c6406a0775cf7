/** Which devices have at least one session that listens for commands. Pure bookkeeping. */
export class PresenceLedger {
  readonly #listening = new Map<string, Set<object>>();

  /** A session listens now. True when the device has thereby become reachable. */
  listens(deviceId: string, session: object): boolean {
    const sessions = this.#listening.get(deviceId);
    if (sessions) {
      sessions.add(session);
      return false;
    }
    this.#listening.set(deviceId, new Set([session]));
    return true;
  }

  /** A session listens no more. True when it was the device's last one, which makes the device unreachable. */
  ends(deviceId: string, session: object): boolean {
    const sessions = this.#listening.get(deviceId);
    if (!sessions?.delete(session) || sessions.size > 0) return false;
    return this.#listening.delete(deviceId);
  }

  /** Devices that are reachable now. */
  get size(): number {
    return this.#listening.size;
  }
}
