export { everyAddress, AddressRefused, type AddressGuard } from './address-guard.js';
export { deliveryOf, type CallbackBodies, type CallbackBody } from './callback-bodies.js';
export {
  CallbackSender,
  DEFAULT_SENDER_OPTIONS,
  type CallbackSenderOptions,
  type CallbackSenderPorts,
  type SendResult,
} from './callback-sender.js';
export { unsigned, type CallbackSigner } from './callback-signer.js';
export {
  DEFAULT_RUNNER_OPTIONS,
  DeliveryRunner,
  type DeliveryObserver,
  type DeliveryRunnerOptions,
  type DeliveryRunnerParts,
} from './delivery-runner.js';
export { DEFAULT_SWEEPER_OPTIONS, DeliverySweeper, type DeliverySweeperOptions } from './delivery-sweeper.js';
export { DEFAULT_RETRY_TIMES, RetrySchedule, type RetryTimes } from './retry-schedule.js';
export { type SendErrorCode } from './send-error.js';
