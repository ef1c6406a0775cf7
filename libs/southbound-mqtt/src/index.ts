export type { BrokerAddress, ProtocolChoice } from './connection/broker-address.js';
export type { MqttLogger } from './mqtt-logger.js';
export { MqttPublisher, type PublisherOptions } from './publisher/mqtt-publisher.js';
export type { OutgoingMessage, PublishOutcome } from './publisher/publish-outcome.js';
export { MqttReceiver, type ReceiverOptions } from './receiver/mqtt-receiver.js';
export type { BatchHandler, ReceivedMessage } from './receiver/received-message.js';
export { huaweiCodec, type HuaweiCodecSettings } from './codecs/huawei/huawei.codec.js';
export { nativeCodec } from './codecs/native/native.codec.js';
export { isTopicSafe } from './codecs/topic-safety.js';
export { keyedName, spellName, type DeviceAddress, type DeviceName, type KeyedName } from './codecs/device-name.js';
export { enosCodec } from './codecs/enos/enos.codec.js';
export { servicesOf } from './codecs/enos/enos-topics.js';
export { quectelCodec } from './codecs/quectel/quectel.codec.js';
export { UnsendableCommand } from './codecs/unsendable-command.js';
export type * from './codecs/wire-format-codec.js';
export {
  bucketOf,
  parseUplinkTopic,
  UPLINK_BUCKETS,
  uplinkPrefix,
  uplinkTopic,
  type UplinkTopic,
} from './uplinks/uplink-topic.js';
export { decodeUplink, uplinkFilters, wireFormats, type DecodedMessage } from './codecs/wire-formats.js';
export {
  AttemptDispatcher,
  type AttemptDispatcherParts,
  type AttemptPublisher,
  type DispatchReport,
} from './bridge/attempt-dispatcher.js';
export { DeviceDirectory, type AddressedDevice } from './bridge/device-directory.js';
export type { StartedAttempt } from './bridge/encode-attempt.js';
export { DEFAULT_PACED_TURNS, PacedTurns, type PacedTurnsOptions } from './bridge/paced-turns.js';
export { UplinkIntake, type IntakeReport, type UplinkIntakeParts } from './bridge/uplink-intake.js';
export { enosPassword, verifyEnosClient, type EnosSigned } from './authentication/verify-enos-client.js';
export { PasswordGuard, type PasswordGuardOptions } from './authentication/password-guard.js';
export {
  RegistryAuthenticator,
  type DeviceRegistry,
  type RegistryAuthenticatorParts,
} from './authentication/registry-authenticator.js';
export { equalInConstantTime } from './authentication/equal-in-constant-time.js';
export { parseHuaweiClientId, type HuaweiClientId } from './authentication/huawei-client-id.js';
export { huaweiPassword, verifyHuaweiClient, type HuaweiConnect } from './authentication/verify-huawei-client.js';
export { EmbeddedBroker, type EmbeddedBrokerOptions } from './embedded/embedded-broker.js';
export { ModelWatch, type ModelWatchParts } from './models/model-watch.js';
export { presenceMessage, PresencePublisher, type PresencePublisherOptions } from './presence/presence-publisher.js';
export { DeviceGateway } from './gateway/device-gateway.js';
export { DEFAULT_GATEWAY_LIMITS } from './gateway/gateway-limits.js';
export type {
  Admission,
  AdmissionRefusal,
  AdmittedDevice,
  ConnectingDevice,
  DeviceAuthenticator,
  DevicePresence,
  GatewayCounts,
  GatewayLimits,
  GatewayOptions,
  ModelChange,
  RefusalKind,
  UpstreamBroker,
} from './gateway/ports.js';
export { mergeTakes } from './receiver/merge-takes.js';
export {
  DEFAULT_DIRECT_UPLINKS,
  FORMER_CLIENT_ID,
  RECEIVER_SESSIONS,
  receiverClientId,
  receiverFilters,
  type DirectUplinks,
  type SessionFilters,
} from './receiver/receiver-subscriptions.js';
export { retireSession, type RetiredSession } from './receiver/retire-session.js';
export { EMQX_EVENTS, readEmqxEvent } from './presence/emqx-client-event.js';
