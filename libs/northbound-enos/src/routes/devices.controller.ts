import { randomUUID } from 'node:crypto';
import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { JsonObject } from '@downlink/command-domain';
import { isFault, type Application, type Device, type NewDevice, type PresentDevice } from '@downlink/command-engine';
import { send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EnosAuthentication } from '../authentication/enos-authentication.js';
import { attributesOfDevice, withoutUndefined } from '../attributes.js';
import { enosError } from '../errors/error-answer.js';
import { shownDevice } from '../from-registry.js';
import { ENOS_PORTS } from '../tokens.js';
import { createDeviceBody, updateDeviceBody, type DeviceStruct } from '../wire/device.js';
import { success, successPage } from '../wire/envelope.js';
import { project } from '../wire/projection.js';
import { deviceQuery, organization } from '../wire/query.js';
import { read } from '../wire/read.js';
import { readDeviceFilter } from '../wire/registry-search.js';
import { pageOf, REGISTRY_PAGE_SIZE, searchBody } from '../wire/search.js';
import { act, type Action } from './action.js';
import { makeKey } from './make-key.js';
import { ownDevice } from './own-device.js';
import { ownProduct } from './own-product.js';

const ASSET_LENGTH = 8;
const KEY_LENGTH = 10;
const SECRET_LENGTH = 24;

/** EnOS, Create / Get / Search / Update / Delete Device. */
@Controller('connect-service/v2.1/devices')
export class DevicesController {
  private readonly posts: Readonly<Record<string, Action>> = {
    create: (...call) => this.create(...call),
    search: (...call) => this.search(...call),
    update: (...call) => this.update(...call),
    delete: (...call) => this.remove(...call),
  };
  private readonly gets: Readonly<Record<string, Action>> = { get: (...call) => this.show(...call) };

  constructor(
    @Inject(ENOS_PORTS) private readonly ports: NorthboundPorts,
    @Inject(EnosAuthentication) private readonly authentication: EnosAuthentication,
  ) {}

  @Post()
  post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return act(this.authentication, this.posts, request, reply);
  }

  @Get()
  get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return act(this.authentication, this.gets, request, reply);
  }

  /** It is inactive until it shows itself. */
  private async create(caller: Application, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const owner = await this.authentication.owner(caller, read(organization, request.query).orgId);
    const { productKey, deviceKey = makeKey(KEY_LENGTH), ...described } = read(createDeviceBody, request.body);
    await ownProduct(this.ports, productKey, owner, 'not-found');
    const [assetId, deviceSecret] = [makeKey(ASSET_LENGTH), makeKey(SECRET_LENGTH)];
    const names = { key: deviceKey, assetId, secret: deviceSecret };
    const device = { id: randomUUID(), applicationId: owner.id, productKey, activated: false, ...names };
    await this.apply({ ...device, ...descriptionOf(described) });
    send(reply, success({ assetId, productKey, deviceKey, deviceSecret }));
  }

  private async show(caller: Application, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { owner, device } = await this.find(caller, request);
    const [deviceSecret, { devices }] = await Promise.all([
      this.ports.registry.deviceSecret(device.id),
      this.ports.registry.searchDevices({ applicationId: owner.id, ids: [device.id], offset: 0, limit: 1 }),
    ]);
    if (devices[0] === undefined) throw enosError('not-found');
    send(reply, success(await this.shown(devices[0], owner, deviceSecret ?? null)));
  }

  /** Secrets are told one by one only. */
  private async search(caller: Application, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const owner = await this.authentication.owner(caller, read(organization, request.query).orgId);
    const body = read(searchBody, request.body ?? {});
    const { pageNo, pageSize, offset } = pageOf(body, REGISTRY_PAGE_SIZE);
    const filter = readDeviceFilter(body.expression);
    const query = { ...filter, applicationId: owner.id, offset, limit: pageSize };
    const { devices, total } = await this.ports.registry.searchDevices(query);
    const structs = await Promise.all(devices.map((device) => this.shown(device, owner, null)));
    const data = structs.map((struct) => project(struct, body.projection));
    send(reply, successPage(data, { sortedBy: null, pageNo, pageSize, totalSize: total }));
  }

  /** What can be left out and is left out stays. */
  private async update(caller: Application, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { device } = await this.find(caller, request);
    const { name, attributes } = descriptionOf(read(updateDeviceBody, request.body));
    const { id, applicationId, productKey, activated } = device;
    const kept = { ...withoutUndefined(attributesOfDevice(device)), ...attributes.enos };
    await this.apply({ id, applicationId, productKey, activated, name, attributes: { enos: kept } });
    send(reply, success(null));
  }

  /** What is queued for it is canceled first; what is under way ends by its own deadlines. */
  private async remove(caller: Application, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { device } = await this.find(caller, request);
    await this.ports.commands.cancelAll(device.id, device.applicationId);
    if (!(await this.ports.registry.removeDevice(device.id, device.applicationId))) throw enosError('not-found');
    send(reply, success(null));
  }

  private async find(caller: Application, request: FastifyRequest): Promise<{ owner: Application; device: Device }> {
    const query = read(deviceQuery, request.query);
    const owner = await this.authentication.owner(caller, query.orgId);
    return { owner, device: await ownDevice(this.ports, query, owner) };
  }

  private async shown(
    device: PresentDevice,
    { orgId }: Application,
    deviceSecret: string | null,
  ): Promise<DeviceStruct> {
    const product = await this.ports.products.find(device.productKey);
    return shownDevice(device, { orgId, product, presence: device.presence, deviceSecret });
  }

  /** @throws ErrorAnswer 11702 for a key that another device of the product has */
  private async apply(device: NewDevice): Promise<void> {
    try {
      await this.ports.registry.apply({ applications: [], products: [], devices: [device] });
    } catch (error) {
      if (isFault(error) && error.code === 'registry-conflict') throw enosError('device-key-taken');
      throw error;
    }
  }
}

type Described = ReturnType<typeof updateDeviceBody.parse>;

function descriptionOf(described: Described): { name: string; attributes: { enos: JsonObject } } {
  const { timezone, deviceName, deviceAttributes, deviceTags, deviceDesc } = described;
  const enos = { timezone, name: deviceName, attributes: deviceAttributes, tags: deviceTags, desc: deviceDesc };
  return { name: deviceName.defaultValue, attributes: { enos: withoutUndefined(enos) } };
}
