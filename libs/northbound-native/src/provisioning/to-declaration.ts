import type {
  ApplicationCredentials,
  NewApplication,
  NewDevice,
  NewProduct,
  RegistryDeclaration,
} from '@downlink/command-engine';
import type { ModelImporters } from '@downlink/northbound-kit';
import type { FieldError } from '../errors/problem.js';
import { importModel, type EntryModel } from './import-model.js';
import { ProvisionError } from './provision-error.js';
import type { IdentifiedEntries } from './with-ids.js';

type Entry<Section extends keyof IdentifiedEntries> = IdentifiedEntries[Section][number];

/** Entries in the registry's words. @throws ProvisionError for models that cannot be read */
export function toDeclaration(entries: IdentifiedEntries, importers: ModelImporters): RegistryDeclaration {
  const models = entries.products.map((entry, at) => importModel(entry, importers, ['products', at]));
  const errors = models.filter((model): model is FieldError => 'message' in model);
  if (errors.length > 0) throw new ProvisionError(errors);
  return {
    applications: entries.applications.map(newApplication),
    products: entries.products.map((entry, at) => newProduct(entry, models[at] as EntryModel)),
    devices: entries.devices.map(newDevice),
  };
}

/** An entry's name is its id unless it has one. What is left out is not declared. */
function newApplication({
  id,
  name,
  authorisedBy,
  quotas,
  methods,
  ...credentials
}: Entry<'applications'>): NewApplication {
  return {
    id,
    name: name ?? id,
    credentials: givenCredentials(credentials),
    ...(authorisedBy && { authorisedBy: [...new Set(authorisedBy)] }),
    ...(quotas?.callsPerMinute !== undefined && { callsPerMinute: quotas.callsPerMinute }),
    ...(methods && { methods: { allow: methods.allow ?? [], deny: methods.deny ?? [] } }),
  };
}

type WrittenCredentials = Pick<Entry<'applications'>, 'native' | 'huawei' | 'enos' | 'quectel'>;

/** Those whose secret is given; the others are to be made. */
function givenCredentials({ native, huawei, enos, quectel }: WrittenCredentials): ApplicationCredentials {
  return {
    ...(native?.key !== undefined && { native: { key: native.key } }),
    ...(huawei?.secret !== undefined && { huawei: { secret: huawei.secret } }),
    ...(enos?.appKey !== undefined &&
      enos.appSecret !== undefined && { enos: { orgId: enos.orgId, appKey: enos.appKey, appSecret: enos.appSecret } }),
    ...(quectel?.accessKey !== undefined &&
      quectel.accessSecret !== undefined && {
        quectel: { accessKey: quectel.accessKey, accessSecret: quectel.accessSecret },
      }),
  };
}

function newProduct(
  { key, application, name, wireFormat, lateAnswers, secret, quectel }: Entry<'products'>,
  model: EntryModel,
): NewProduct {
  return {
    key,
    applicationId: application,
    name: name ?? key,
    wireFormat,
    ...model,
    ...(lateAnswers !== undefined && { lateAnswers }),
    ...(secret !== undefined && { secret }),
    ...(quectel !== undefined && { attributes: { quectel } }),
  };
}

/** A device is activated unless it says otherwise. */
function newDevice({ id, application, product, name, activated, secret, key, assetId }: Entry<'devices'>): NewDevice {
  return {
    id,
    applicationId: application,
    productKey: product,
    name: name ?? id,
    activated: activated ?? true,
    ...(secret !== undefined && { secret }),
    ...(key !== undefined && { key }),
    ...(assetId !== undefined && { assetId }),
  };
}
