/** Who owns each client id that has a connection or a stored session, so that nobody else can take it over. */
export class ClientIdOwners {
  readonly #owners = new Map<string, { owner: string; connections: number; stored: boolean }>();

  /** Claims a client id for one connection. False when it is somebody else's. */
  claim(clientId: string, owner: string, stored: boolean): boolean {
    const present = this.#owners.get(clientId);
    if (present && present.owner !== owner) return false;
    this.#owners.set(clientId, { owner, connections: (present?.connections ?? 0) + 1, stored });
    return true;
  }

  /** One connection under this client id has ended. An id with a stored session stays claimed. */
  release(clientId: string): void {
    const present = this.#owners.get(clientId);
    if (!present) return;
    present.connections -= 1;
    if (present.connections === 0 && !present.stored) this.#owners.delete(clientId);
  }
}
