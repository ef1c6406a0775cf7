import type { ModelMethod, ProductModel } from '@downlink/command-engine';

/** The method of a service, or which of the two the model lacks. */
export function findMethod(
  { services }: ProductModel,
  serviceId: string,
  name: string,
): ModelMethod | 'no-service' | 'no-method' {
  const service = services.find(({ id }) => id === serviceId);
  if (service === undefined) return 'no-service';
  return service.methods.find((method) => method.name === name) ?? 'no-method';
}
