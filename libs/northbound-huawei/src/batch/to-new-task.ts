import type { CommandRequest, JsonObject } from '@downlink/command-domain';
import type { BatchRequest, Device, NewBatchMember, NewBatchTask, Product } from '@downlink/command-engine';
import { checkCommand, modelVersionOf, type NorthboundPorts } from '@downlink/northbound-kit';
import { huaweiError } from '../errors/error-answer.js';
import type { HuaweiErrorName } from '../errors/error-table.js';
import type { HuaweiSettings } from '../settings.js';
import type { CreateBatchTaskBody } from '../wire/batch-task.js';
import { DEFAULT_MAX_RETRANSMIT } from '../wire/create-command.js';

/** What is shown again of the call. */
export interface BatchDetails {
  readonly param: JsonObject;
  readonly tags: readonly { readonly tagName: string; readonly tagValue: string }[];
  /** minutes */
  readonly timeout: number;
}

const MINUTE_MS = 60_000;

/**
 * A task in canonical words: every device gets a command of its own, cached for as long as the task may take. A device that is not the
 * application's, or whose model lacks the command, is refused alone, in the vendor's words for it; one that is named twice counts once.
 * @throws ErrorAnswer the first refusal, where not a single device can be asked
 */
export async function toNewTask(
  ports: Pick<NorthboundPorts, 'commands' | 'devices' | 'products'>,
  settings: HuaweiSettings,
  applicationId: string,
  { body, param }: { body: CreateBatchTaskBody; param: JsonObject },
): Promise<NewBatchTask> {
  const ids = [...new Set(body.param.deviceList)];
  const devices = await Promise.all(ids.map((id) => ports.devices.find(id)));
  const models = await checkedModels(ports, devices, body);
  const members = ids.map((deviceId, index): NewBatchMember => {
    const device = devices[index];
    const about = { deviceId, commandId: ports.commands.nextId() };
    if (device?.applicationId !== applicationId)
      return { ...about, refusal: 'device-unknown' satisfies HuaweiErrorName };
    const model = models.get(device.productKey)!;
    if (typeof model === 'string') return { ...about, refusal: model };
    return { ...about, target: { wireFormat: device.wireFormat, lateAnswers: device.lateAnswers, ...model } };
  });
  const [first] = members;
  if (members.every((member) => 'refusal' in member))
    throw huaweiError((first as { refusal: HuaweiErrorName }).refusal);
  const { timeout, taskName: name, tags = [] } = body;
  const details = { param, tags, timeout } satisfies BatchDetails;
  const request = toBatchRequest(applicationId, body, settings);
  return { applicationId, name, timeoutMs: timeout * MINUTE_MS, details, request, members };
}

type CheckedModel = HuaweiErrorName | Pick<CommandRequest, 'modelVersion'>;

/** By the keys of the devices' products: what commands say of its model, or what is wrong with the command there. */
async function checkedModels(
  { products }: Pick<NorthboundPorts, 'products'>,
  devices: readonly (Device | undefined)[],
  body: CreateBatchTaskBody,
): Promise<Map<string, CheckedModel>> {
  const keys = new Set(devices.flatMap((device) => device?.productKey ?? []));
  const checked = [...keys].map(async (key) => [key, checkedModel(await products.find(key), body)] as const);
  return new Map(await Promise.all(checked));
}

function checkedModel(product: Product | undefined, { param: { command } }: CreateBatchTaskBody): CheckedModel {
  if (!product?.model) return {};
  const { serviceId: service, method, paras: parameters } = command;
  const found = checkCommand(product.model, { service, method, parameters });
  if (found === 'no-service') return 'service-unknown';
  if (found === 'no-method') return 'command-name-invalid';
  return found.length > 0 ? 'input-invalid' : modelVersionOf(product);
}

function toBatchRequest(
  applicationId: string,
  { param, timeout }: CreateBatchTaskBody,
  { delivery }: HuaweiSettings,
): BatchRequest {
  const { command, callbackUrl, maxRetransmit = DEFAULT_MAX_RETRANSMIT } = param;
  return {
    applicationId,
    dialect: 'huawei',
    service: command.serviceId,
    method: command.method,
    parameters: command.paras ?? {},
    mode: 'cached',
    lifetimeMs: timeout * MINUTE_MS,
    // What each device's product says of late answers takes the place of this one.
    policy: { maxRetransmit, ...delivery, immediate: 'bypass', lateAnswers: 'record' },
    ...(callbackUrl !== undefined && { callback: { url: callbackUrl, format: 'huawei' } }),
  };
}
