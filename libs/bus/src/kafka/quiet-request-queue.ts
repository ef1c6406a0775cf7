import { createRequire } from 'node:module';

/** What is touched of kafkajs's queue of requests, one per connection. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

let quiet = false;

/**
 * Keeps kafkajs 2.2.4 from setting a timer of 1 ms, again and again, on every connection that has nothing pending: the wait is
 * computed as "throttled until" minus now, which is negative when nothing is throttled, and a negative wait is 1 ms. What
 * becomes pending later is scheduled then. Does nothing to a version of another shape.
 */
export function quietRequestQueues(): void {
  if (quiet) return;
  quiet = true;
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
    readonly prototype: Partial<RequestQueue>;
  };
  const { scheduleCheckPendingRequests: schedule } = prototype;
  if (schedule === undefined) return;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
}
