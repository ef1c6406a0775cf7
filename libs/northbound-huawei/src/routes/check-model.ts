import type { CommandRequest, JsonObject } from '@downlink/command-domain';
import type { Device } from '@downlink/command-engine';
import { checkCommand, modelVersionOf, pathText, type NorthboundPorts } from '@downlink/northbound-kit';
import { huaweiError } from '../errors/error-answer.js';
import type { HuaweiErrorName } from '../errors/error-table.js';

export interface CheckedCall {
  readonly service: string;
  readonly method: string;
  readonly parameters: JsonObject | undefined;
}

/** What a call answers when its model lacks the service, and where its parameters stand in the body. */
export interface ModelErrors {
  readonly noService: HuaweiErrorName;
  readonly parametersAt: readonly string[];
}

/**
 * Checks a call against the model of the device's product. A product without a model takes anything, and so does a method that declares
 * no parameters. @returns what the command says of its model. @throws ErrorAnswer that names the first thing that is wrong
 */
export async function checkModel(
  { products }: Pick<NorthboundPorts, 'products'>,
  call: CheckedCall,
  device: Device,
  { noService, parametersAt }: ModelErrors,
): Promise<Pick<CommandRequest, 'modelVersion'>> {
  const product = await products.find(device.productKey);
  if (!product?.model) return {};
  const found = checkCommand(product.model, call);
  if (found === 'no-service') throw huaweiError(noService);
  if (found === 'no-method') throw huaweiError('command-name-invalid');
  const [wrong] = found;
  if (wrong) throw huaweiError('input-invalid', `${pathText([...parametersAt, ...wrong.path])}: ${wrong.message}`);
  return modelVersionOf(product);
}
