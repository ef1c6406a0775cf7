import type { CommandRequest } from '../request.js';
import type { SupersedeRule } from '../signals.js';

/** Whether a queued command gives way to a later one under this rule; commands of another application or device never do. */
export function givesWay(earlier: CommandRequest, later: CommandRequest, rule: SupersedeRule): boolean {
  if (earlier.applicationId !== later.applicationId || earlier.deviceId !== later.deviceId) return false;
  switch (rule) {
    case 'all':
      return true;
    case 'method':
      return earlier.service === later.service && earlier.method === later.method;
    case 'key':
      return later.supersedeKey !== undefined && earlier.supersedeKey === later.supersedeKey;
  }
}
