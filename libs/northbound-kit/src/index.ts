export { bearerToken } from './authentication/bearer-token.js';
export { CredentialCache, type CredentialCacheOptions } from './authentication/credential-cache.js';
export { rawBodyOf } from './body/raw-body.js';
export { LoginGuard, type LoginAttempt } from './authentication/login-guard.js';
export { BODY_LIMIT, isStorableText, MalformedBody, MAX_DEPTH, readForm, readJson } from './body/read-json.js';
export { readYaml, YamlBody } from './body/read-yaml.js';
export { isHttpUrl, optional, wholeNumber } from './body/wire-fields.js';
export { deliveryTo, type DeliveryDefaults } from './delivery-defaults.js';
export { ErrorAnswer, type Answer, type DialectFace, type Trouble } from './dialect/dialect.js';
export { TroubleError } from './dialect/trouble-error.js';
export { Directory, type DirectoryOptions } from './directories/directory.js';
export { send, type NorthboundLogger } from './http/error-responder.js';
export { troubleOfError } from './http/trouble-of-error.js';
export { createNorthboundApp, type NorthboundAppOptions } from './http/northbound-app.js';
export { checkCommand, type AskedFor } from './model/check-command.js';
export type { ParameterError, ParameterFlaw } from './model/check-parameters.js';
export type { ImportedModel, ModelImporter, ModelImporters } from './model/model-importer.js';
export { modelVersionOf } from './model/model-version-of.js';
export { pathText } from './model/path-text.js';
export { Quota, type QuotaHolder, type QuotaOptions } from './quota/quota.js';
export { rights, type AskedMethod, type RightsHolder } from './rights/rights.js';
export { callerGone } from './waiting/caller-gone.js';
export {
  FinalEvents,
  type FinalEventsOptions,
  type HeardFact,
  type Hearer,
  type Held,
  type Patience,
} from './waiting/final-events.js';
export type { FactTail } from './waiting/tail-use.js';
export { nameWithin, northboundPorts, type NorthboundPorts, type NorthboundSources } from './ports.js';
