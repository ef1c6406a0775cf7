import type {
  AccessTokens,
  CancelTasks,
  CommandGateway,
  CommandReader,
  DeadLetterDesk,
  Device,
  Product,
  Registry,
  RegistryDeclaration,
  StrayAnswers,
  WebhookDeliveries,
} from '@downlink/command-engine';
import { Directory, type DirectoryOptions } from './directories/directory.js';
import type { FinalEvents } from './waiting/final-events.js';

/** Everything that a dialect composes with; one object for all dialects of a process, so that they share the directories. */
export interface NorthboundPorts {
  readonly commands: Pick<CommandGateway, 'submit' | 'submitAll' | 'cancel' | 'cancelAll' | 'nextId'>;
  readonly reader: CommandReader;
  readonly registry: Registry;
  readonly tokens: AccessTokens;
  readonly webhooks: Pick<WebhookDeliveries, 'ofCommand'>;
  readonly strayAnswers: Pick<StrayAnswers, 'ofDevice'>;
  readonly cancelTasks: Pick<CancelTasks, 'create' | 'find' | 'search' | 'commands' | 'firstCommands'>;
  readonly deadLetters: Pick<DeadLetterDesk, 'find' | 'search' | 'replay' | 'discard'>;
  /** Where synchronous calls wait; one for all dialects of a process. */
  readonly finalEvents: FinalEvents;
  readonly devices: Directory<Device>;
  readonly products: Directory<Product>;
}

/** The ports without the directories, as engine and store give them. */
export type NorthboundSources = Omit<NorthboundPorts, 'devices' | 'products'>;

/** Puts directories in front of the registry; what is declared through the resulting `registry` is seen at once. */
export function northboundPorts(sources: NorthboundSources, options: DirectoryOptions = {}): NorthboundPorts {
  const { registry } = sources;
  const devices = new Directory<Device>((ids) => registry.devices(ids), options);
  const products = new Directory<Product>((keys) => findProducts(registry, keys), options);
  return { ...sources, devices, products, registry: refreshing(registry, devices, products) };
}

/** Products are few and remembered for seconds; one query each is no cost worth a statement of its own. */
async function findProducts(registry: Registry, keys: readonly string[]): Promise<Map<string, Product>> {
  const found = await Promise.all(keys.map((key) => registry.product(key)));
  return new Map(found.flatMap((product) => (product ? [[product.key, product] as const] : [])));
}

function refreshing(registry: Registry, devices: Directory<Device>, products: Directory<Product>): Registry {
  return {
    apply: async (declaration: RegistryDeclaration) => {
      await registry.apply(declaration);
      // A device's entry holds its product's wire format.
      if (declaration.products.length > 0) devices.clear();
      devices.forget(declaration.devices.map(({ id }) => id));
      products.forget(declaration.products.map(({ key }) => key));
    },
    application: (id) => registry.application(id),
    applications: (page) => registry.applications(page),
    product: (key, applicationId) => registry.product(key, applicationId),
    products: (applicationId, page) => registry.products(applicationId, page),
    devices: (ids) => registry.devices(ids),
    listDevices: (applicationId, page) => registry.listDevices(applicationId, page),
    deviceSecret: (id) => registry.deviceSecret(id),
    authenticate: (credential) => registry.authenticate(credential),
  };
}
