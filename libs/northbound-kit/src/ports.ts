import type {
  AccessTokens,
  Application,
  BatchTasks,
  CancelTasks,
  CommandGateway,
  CommandReader,
  DeadLetterDesk,
  Device,
  Product,
  Registry,
  RegistryDeclaration,
  StrayAnswers,
  Subscriptions,
  WebhookDeliveries,
} from '@downlink/command-engine';
import { LoginGuard } from './authentication/login-guard.js';
import { Directory, type DirectoryOptions } from './directories/directory.js';
import type { ModelImporters } from './model/model-importer.js';
import type { Quota } from './quota/quota.js';
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
  readonly batchTasks: Pick<BatchTasks, 'create' | 'find' | 'counts' | 'members'>;
  readonly subscriptions: Omit<Subscriptions, 'subscribed'>;
  readonly deadLetters: Pick<DeadLetterDesk, 'find' | 'search' | 'replay' | 'discard'>;
  /** Where synchronous calls wait; one for all dialects of a process. */
  readonly finalEvents: FinalEvents;
  /** How declarations in a vendor's own format are read; a format without an importer is refused. */
  readonly modelImporters: ModelImporters;
  /** Asked once per request, right after authentication; one for all dialects of a process. */
  readonly quota: Quota;
  /** Every look at a secret goes through it; one for all dialects of a process. */
  readonly loginGuard: LoginGuard;
  readonly devices: Directory<Device>;
  readonly products: Directory<Product>;
  readonly applications: Directory<Application>;
  /** By `nameWithin(productKey, key)`. */
  readonly devicesByKey: Directory<Device>;
  /** By `nameWithin(applicationId, assetId)`. */
  readonly devicesByAsset: Directory<Device>;
}

type Directories = Pick<NorthboundPorts, 'devices' | 'products' | 'applications' | 'devicesByKey' | 'devicesByAsset'>;

/** The ports without the directories, as engine and store give them; without importers no vendor's format is read. */
export type NorthboundSources = Omit<NorthboundPorts, keyof Directories | 'loginGuard' | 'modelImporters'> &
  Partial<Pick<NorthboundPorts, 'modelImporters'>>;

/** One text for a name that is unique only within something; ids of products and applications hold no `/`. */
export function nameWithin(owner: string, name: string): string {
  return `${owner}/${name}`;
}

/** Puts directories in front of the registry; what is declared through the resulting `registry` is seen at once. */
export function northboundPorts(sources: NorthboundSources, options: DirectoryOptions = {}): NorthboundPorts {
  const { registry } = sources;
  const directories: Directories = {
    devices: new Directory((ids) => registry.devices(ids), options),
    products: new Directory((keys) => findEach(keys, (key) => registry.product(key)), options),
    applications: new Directory((ids) => findEach(ids, (id) => registry.application(id)), options),
    devicesByKey: new Directory((names) => findWithin(names, (...at) => registry.devicesByKeys(...at)), options),
    devicesByAsset: new Directory((names) => findWithin(names, (...at) => registry.devicesByAssets(...at)), options),
  };
  const loginGuard = new LoginGuard();
  return { modelImporters: {}, ...sources, ...directories, loginGuard, registry: refreshing(registry, directories) };
}

/** Products and applications are few and remembered for seconds; one query each is no cost worth a statement of its own. */
async function findEach<T>(
  ids: readonly string[],
  find: (id: string) => Promise<T | undefined>,
): Promise<Map<string, T>> {
  const found = await Promise.all(ids.map(async (id) => [id, await find(id)] as const));
  return new Map(found.flatMap(([id, entry]) => (entry === undefined ? [] : [[id, entry] as const])));
}

/** One query per owner that the names are within. */
async function findWithin(
  names: readonly string[],
  find: (owner: string, names: readonly string[]) => Promise<ReadonlyMap<string, Device>>,
): Promise<Map<string, Device>> {
  const owners = new Set(names.map((name) => name.slice(0, name.indexOf('/'))));
  const pages = [...owners].map(async (owner) => {
    const within = names.filter((name) => name.startsWith(`${owner}/`));
    const found = await find(
      owner,
      within.map((name) => name.slice(owner.length + 1)),
    );
    return [...found].map(([name, device]) => [nameWithin(owner, name), device] as const);
  });
  return new Map((await Promise.all(pages)).flat());
}

function refreshing(registry: Registry, directories: Directories): Registry {
  const { devices, products, applications, devicesByKey, devicesByAsset } = directories;
  const forgetDevices = (ids: readonly string[]) => {
    devices.forget(ids);
    devicesByKey.clear();
    devicesByAsset.clear();
  };
  return {
    ...registry,
    apply: async (declaration: RegistryDeclaration) => {
      const applied = await registry.apply(declaration);
      // A device's entry holds its product's wire format.
      if (declaration.products.length > 0) devices.clear();
      forgetDevices(declaration.devices.map(({ id }) => id));
      products.forget(declaration.products.map(({ key }) => key));
      applications.forget(declaration.applications.map(({ id }) => id));
      return applied;
    },
    removeDevice: async (id, applicationId) => {
      const removed = await registry.removeDevice(id, applicationId);
      forgetDevices([id]);
      return removed;
    },
  };
}
