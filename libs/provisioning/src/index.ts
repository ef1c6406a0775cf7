export { applyProvisionFile } from './apply-provision-file.js';
export { loadModelImporters } from './load-model-importers.js';
export {
  needSecretsKey,
  provisionSettings,
  secretsKey,
  type ProvisionSettings,
  type SecretsSettings,
} from './provision-settings.js';
