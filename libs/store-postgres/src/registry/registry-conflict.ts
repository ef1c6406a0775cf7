import { Fault } from '@downlink/command-engine';

/**
 * A declaration that cannot be applied; nothing of it has been. `path` names the offending member as the provisioning
 * file spells it, for example `devices[3].product`.
 */
export class RegistryConflict extends Fault {
  override readonly name = 'RegistryConflict';

  constructor(
    readonly path: string,
    reason: string,
    cause?: unknown,
  ) {
    super('registry-conflict', `${path}: ${reason}`, { retryable: false, cause });
  }
}
