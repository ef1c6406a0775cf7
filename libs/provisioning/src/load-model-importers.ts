import type { ModelImporters } from '@downlink/northbound-kit';

/** How each vendor's own export of a model is read, for processes that take declarations over the network. */
export async function loadModelImporters(): Promise<ModelImporters> {
  return (await import('./model-importers.js')).modelImporters;
}
