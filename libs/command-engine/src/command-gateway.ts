import type {
  AcceptedStatus,
  CommandId,
  CommandRequest,
  DeviceId,
  IdempotencyKey,
  Submit,
  SupersedeRule,
} from '@downlink/command-domain';
import type { Outcome } from './outcome.js';
import type { CommandIds } from './ports/command-ids.port.js';
import type { CommandReader } from './ports/command-reader.port.js';
import type { Head } from './ports/command-store.port.js';
import type { SignalQueue } from './signal-queue.js';

export interface SubmitOptions {
  /** Which queued commands of the same application for the same device give way; none when absent. */
  readonly supersedes?: SupersedeRule;
  /** The caller's own name for this call and the digest of its body. */
  readonly idempotency?: IdempotencyKey;
  /** An id made before (`nextId`), for callers who must know it first; otherwise a fresh one. */
  readonly commandId?: CommandId;
}

export interface Submission {
  readonly request: CommandRequest;
  readonly options?: SubmitOptions;
}

export interface CancelAllResult {
  /** Withdrawn by this call, in no particular order. */
  readonly canceled: readonly CommandId[];
  /** Under way, and therefore no longer to be withdrawn; at most 500. */
  readonly notCanceled: readonly { readonly commandId: CommandId; readonly status: AcceptedStatus }[];
}

/** Commands canceled in one transaction at most. */
const CANCEL_PAGE = 500;
const UNDER_WAY = ['sending', 'sent', 'delivered'] as const;

/** What applications may do to commands, whatever API they speak. */
export class CommandGateway {
  constructor(
    private readonly ids: CommandIds,
    private readonly queue: SignalQueue,
    private readonly reader: Pick<CommandReader, 'search'>,
  ) {}

  /** An id for a command that will be submitted with it. @throws Fault (retryable) when ids cannot be made. */
  nextId(): CommandId {
    return this.ids.next();
  }

  /**
   * Accepts a command, and starts its first attempt in the same transaction when its lane is free.
   * With `supersedes` the queued commands that match give way in the same transaction, before the cap is checked: their
   * CommandSuperseded events are among the outcome's. With `idempotency` a repeated call (same key and digest within 24 h of
   * the first) is committed with no events and the head of the first command, whose id it has.
   * Rejections: `lane-full`, `device-unreachable`, `idempotency-key-reused`.
   * @throws Fault (retryable) when the store is away or ids cannot be made.
   */
  async submit(request: CommandRequest, options?: SubmitOptions): Promise<Outcome> {
    return this.queue.handle(this.submission(request, options));
  }

  /**
   * Accepts up to 1,000 commands over any number of devices, in order, each with its own outcome as from `submit`; they share
   * transactions of up to 500. What a store that went away meanwhile has left undone is `failed` with the Fault as its cause:
   * it may be committed or not, and a key tells when it is handed in again.
   * @throws Fault (retryable) when ids cannot be made, or when the store is away and took nothing at all.
   */
  async submitAll(submissions: readonly Submission[]): Promise<Outcome[]> {
    const signals = submissions.map(({ request, options }) => this.submission(request, options));
    const settled = await Promise.allSettled(signals.map((signal) => this.queue.handle(signal)));
    const first = settled.find((one) => one.status === 'rejected');
    if (first !== undefined && settled.every(({ status }) => status === 'rejected')) throw first.reason;
    return settled.map((one, index) =>
      one.status === 'fulfilled' ? one.value : { kind: 'failed', signal: signals[index]!, cause: one.reason },
    );
  }

  /** Withdraws a command of which no attempt is out. Rejections: `unknown-command`, `not-cancelable`. @throws Fault as above. */
  async cancel(commandId: CommandId, deviceId: DeviceId): Promise<Outcome> {
    return this.queue.handle({ kind: 'cancel', commandId, deviceId });
  }

  /**
   * Withdraws all commands of this application that are queued for the device when the call begins, in transactions of up to
   * 500, newest first; what is submitted meanwhile stays. @throws Fault (retryable) when the store is away: what was
   * canceled until then stays so, and the call may be repeated.
   */
  async cancelAll(deviceId: DeviceId, applicationId: string): Promise<CancelAllResult> {
    const canceled: CommandId[] = [];
    const those = (statuses: readonly AcceptedStatus[]) =>
      this.reader.search({ applicationId, deviceId, statuses, offset: 0, limit: CANCEL_PAGE });
    let newest: CommandId | undefined;
    for (;;) {
      const { heads } = await those(['queued']);
      newest ??= heads[0]?.commandId;
      const page = heads.filter(({ commandId }) => newest !== undefined && commandId <= newest);
      const withdrawn = await this.cancelEach(page);
      canceled.push(...withdrawn);
      // Nothing left, or nothing that could be withdrawn: what lost its race is under way now.
      if (withdrawn.length === 0) break;
    }
    const { heads } = await those(UNDER_WAY);
    return { canceled, notCanceled: heads.map(({ commandId, state }) => ({ commandId, status: state.status })) };
  }

  private async cancelEach(heads: readonly Head[]): Promise<CommandId[]> {
    const outcomes = await this.queue.handleAll(
      heads.map(({ commandId, state }) => ({ kind: 'cancel', commandId, deviceId: state.request.deviceId }) as const),
    );
    return heads.flatMap(({ commandId }, index) => (outcomes[index]!.kind === 'committed' ? [commandId] : []));
  }

  private submission(request: CommandRequest, options: SubmitOptions = {}): Submit {
    const { commandId = this.ids.next(), ...rest } = options;
    return { kind: 'submit', commandId, deviceId: request.deviceId, request, ...rest };
  }
}
