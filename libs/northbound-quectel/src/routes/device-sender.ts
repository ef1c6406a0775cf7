import type { Application, Outcome } from '@downlink/command-engine';
import { nameWithin, rights, type NorthboundPorts } from '@downlink/northbound-kit';
import type { Asked } from '../data/asked.js';
import type { QuectelErrorName } from '../errors/error-table.js';
import { errorOfRejection } from '../errors/error-map.js';
import type { Language } from '../errors/language.js';
import type { QuectelSettings } from '../settings.js';
import { fitsCategory, submitOptions, toRequest, type Target } from '../to-canonical.js';
import { failedResult, sentResult, type DeviceResult } from '../wire/action-result.js';
import type { DeviceName } from '../wire/named-devices.js';
import type { HowToSend } from '../wire/send-data.js';

type Ports = Pick<NorthboundPorts, 'commands' | 'products' | 'devicesByKey'>;
type Found = Target | QuectelErrorName;

/** One call for any number of devices. */
export interface Order {
  readonly caller: Application;
  readonly asked: Asked;
  readonly how: HowToSend;
  readonly language: Language;
}

/** Sends one call to several devices: an answer for each, in their order, and no device spoils another's. */
export class DeviceSender {
  constructor(
    private readonly ports: Ports,
    private readonly settings: QuectelSettings,
  ) {}

  /**
   * A device that is named twice gets one command, whose ticket both entries have. All commands are submitted together.
   * @throws Fault (retryable) when the store is away and took nothing
   */
  async send(names: readonly DeviceName[], order: Order): Promise<DeviceResult[]> {
    const found = await Promise.all(names.map((name) => this.find(name, order)));
    const targets = new Map(found.flatMap((one) => (typeof one === 'string' ? [] : [[one.device.id, one] as const])));
    const outcomes = await this.submit([...targets.values()], order);
    return names.map((name, place) => {
      const one = found[place]!;
      if (typeof one === 'string') return failedResult(name, one, order.language);
      return resultOf(name, outcomes.get(one.device.id)!, order.language);
    });
  }

  /** A product's devices belong to whom the product belongs to. */
  private async find({ productKey, deviceKey }: DeviceName, { caller, asked }: Order): Promise<Found> {
    const product = await this.ports.products.find(productKey);
    if (!product || !rights.actsFor(caller, product.applicationId)) return 'no-permission';
    if (!fitsCategory(asked, product)) return 'category-unmatched';
    const device = await this.ports.devicesByKey.find(nameWithin(product.key, deviceKey));
    if (!device) return 'device-unknown';
    return device.activated ? { device, product } : 'device-not-activated';
  }

  private async submit(targets: readonly Target[], { asked, how }: Order): Promise<Map<string, Outcome>> {
    const outcomes = await this.ports.commands.submitAll(
      targets.map((target) => ({
        request: toRequest(asked, how, target, this.settings),
        options: submitOptions(asked, how),
      })),
    );
    return new Map(targets.map(({ device }, place) => [device.id, outcomes[place]!]));
  }
}

function resultOf(name: DeviceName, outcome: Outcome, language: Language): DeviceResult {
  switch (outcome.kind) {
    case 'committed':
      return sentResult(name, outcome.head!.commandId);
    case 'rejected':
      return failedResult(name, errorOfRejection(outcome.rejection.code), language);
    case 'failed':
      return failedResult(name, 'not-sent', language);
  }
}
