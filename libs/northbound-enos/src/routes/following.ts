import { parseCommandId } from '@downlink/command-domain';
import type { Application, Device, Head, Product } from '@downlink/command-engine';
import { send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { attributesOfDevice } from '../attributes.js';
import type { EnosAuthentication } from '../authentication/enos-authentication.js';
import { enosError } from '../errors/error-answer.js';
import { searchedCommand, shownCommand, type Surroundings } from '../from-canonical.js';
import { toCommandQuery } from '../search-commands.js';
import { readCommandFilter, readCommandOrder } from '../wire/command-search.js';
import { success, successPage } from '../wire/envelope.js';
import { project } from '../wire/projection.js';
import { cancelCommandQuery, deviceQuery, getCommandQuery, type DeviceSelector } from '../wire/query.js';
import { read } from '../wire/read.js';
import { pageOf, searchBody } from '../wire/search.js';
import { ownDevice } from './own-device.js';
import { headOf } from './outcome.js';

/** "a pagination size of 100" where none is asked for (EnOS, Search Command). */
const DEFAULT_PAGE_SIZE = 100;

interface Found extends Surroundings {
  readonly device: Device;
  readonly product: Product | undefined;
}

/** EnOS, Get Command; Search Command; Cancel Command. Commands of every dialect on the caller's device are shown. */
export class Following {
  constructor(
    private readonly ports: NorthboundPorts,
    private readonly authentication: EnosAuthentication,
  ) {}

  async get(caller: Application, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const query = read(getCommandQuery, request.query);
    const around = await this.find(caller, query);
    const head = await this.commandOf(query.commandId, around.device);
    send(reply, success(shownCommand(head, around)));
  }

  async search(caller: Application, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const around = await this.find(caller, read(deviceQuery, request.query));
    const body = read(searchBody, request.body ?? {});
    const page = pageOf(body, DEFAULT_PAGE_SIZE);
    const order = readCommandOrder(body);
    const filter = readCommandFilter(body.expression, attributesOfDevice(around.device).timezone);
    const found = await this.ports.reader.search({ ...toCommandQuery(filter, around, page), order });
    const sortedBy = [{ field: 'createDate', order: order === 'newest' ? 'DESC' : 'ASC' }] as const;
    const data = found.heads.map((head) => project(searchedCommand(head, around), body.projection));
    const { pageNo, pageSize } = page;
    send(reply, successPage(data, { sortedBy, pageNo, pageSize, totalSize: found.total }));
  }

  /** One command, or everything that is queued for the device; only while it is queued. */
  async cancel(caller: Application, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const query = read(cancelCommandQuery, request.query);
    const around = await this.find(caller, query);
    const canceled =
      query.commandId === undefined
        ? await this.cancelQueue(around.device)
        : [await this.cancelOne(query.commandId, around.device)];
    send(reply, success(canceled.map((head) => shownCommand(head, around))));
  }

  private async cancelOne(id: string, device: Device): Promise<Head> {
    const { commandId } = await this.commandOf(id, device);
    return headOf(await this.ports.commands.cancel(commandId, device.id));
  }

  /** Newest first, as searches list them. */
  private async cancelQueue({ id, applicationId }: Device): Promise<Head[]> {
    const { canceled } = await this.ports.commands.cancelAll(id, applicationId);
    const heads = await this.ports.reader.finalHeads(canceled);
    return heads.toSorted((one, other) => (one.commandId < other.commandId ? 1 : -1));
  }

  private async find(caller: Application, query: DeviceSelector & { readonly orgId: string }): Promise<Found> {
    const owner = await this.authentication.owner(caller, query.orgId);
    const device = await ownDevice(this.ports, query, owner);
    return { orgId: owner.orgId, device, product: await this.ports.products.find(device.productKey) };
  }

  /** @throws ErrorAnswer 99404 for an unknown command, and for one of another device, which looks the same */
  private async commandOf(id: string, device: Device): Promise<Head> {
    const commandId = parseCommandId(id);
    const head = commandId === undefined ? undefined : await this.ports.reader.head(commandId);
    const request = head?.state.request;
    if (head === undefined || request?.deviceId !== device.id || request.applicationId !== device.applicationId) {
      throw enosError('not-found');
    }
    return head;
  }
}
