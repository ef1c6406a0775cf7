import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { parseCommandId } from '@downlink/command-domain';
import type { Application, Device, Head, ProductModel } from '@downlink/command-engine';
import { nameWithin, rights, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { QuectelAuthentication } from '../authentication/authentication.js';
import { Refusal } from '../errors/refusal.js';
import { downRow, upRow, type Told } from '../from-canonical.js';
import { toHistoryQuery, UP } from '../to-history-query.js';
import { QUECTEL_PORTS } from '../tokens.js';
import { succeeded, type HistoryRow, type Paged } from '../wire/action-result.js';
import { historyQuery, type HistoryQuery } from '../wire/query-history.js';
import { read } from '../wire/read.js';
import { answer } from './answering.js';

/** Quectel, Query Device Data History; asking by ticket is ours. */
@Controller('v2/quecdatastorage/r1/openapi/device/data')
export class HistoryController {
  constructor(
    @Inject(QUECTEL_PORTS) private readonly ports: NorthboundPorts,
    @Inject(QuectelAuthentication) private readonly authentication: QuectelAuthentication,
  ) {}

  /** With a ticket: the command and the device's answer to it. Otherwise a page of a device's commands, or of its answers. */
  @Get('history')
  history(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return answer({ request, reply }, async () => {
      const caller = await this.authentication.caller(request);
      const query = read(historyQuery, request.query);
      return query.ticket === undefined ? this.ofDevice(query, caller) : this.ofTicket(query.ticket, query, caller);
    });
  }

  private async ofDevice(query: HistoryQuery, caller: Application): Promise<Paged<HistoryRow>> {
    const device = await this.deviceOf(query, caller);
    const { heads, total } = await this.ports.reader.search(toHistoryQuery(query, device));
    const told = await this.tell(heads, device);
    const rows = query.direction === UP ? told.flatMap((one) => upRow(one) ?? []) : told.map(downRow);
    return paged(rows, query, total);
  }

  /** A ticket that is nobody's and one of another application's are the same empty page. */
  private async ofTicket(ticket: string, query: HistoryQuery, caller: Application): Promise<Paged<HistoryRow>> {
    const commandId = parseCommandId(ticket);
    const head = commandId === undefined ? undefined : await this.ports.reader.head(commandId);
    const { request } = head?.state ?? {};
    const device = request && (await this.ports.devices.find(request.deviceId));
    if (!head || !request || !device || !rights.actsFor(caller, request.applicationId)) return paged([], query, 0);
    const [told] = await this.tell([head], device);
    const rows = [upRow(told!) ?? [], downRow(told!)].flat().filter((row) => fits(row, query));
    const from = (query.pageNum - 1) * query.pageSize;
    return paged(rows.slice(from, from + query.pageSize), query, rows.length);
  }

  private async deviceOf({ deviceId, productKey, deviceKey }: HistoryQuery, caller: Application): Promise<Device> {
    const device = await this.find(deviceId, productKey, deviceKey);
    if (device === undefined || !rights.actsFor(caller, device.applicationId)) throw new Refusal('device-unknown');
    return device;
  }

  /** "If both are given, deviceId takes precedence." */
  private find(deviceId?: string, productKey?: string, deviceKey?: string): Device | Promise<Device | undefined> {
    if (deviceId !== undefined) return this.ports.devices.find(deviceId);
    if (productKey === undefined || deviceKey === undefined) throw new Refusal('device-missing');
    return this.ports.devicesByKey.find(nameWithin(productKey, deviceKey));
  }

  private async tell(heads: readonly Head[], { productKey, key }: Device): Promise<Told[]> {
    const versions = [...new Set(heads.map(({ state }) => state.request.modelVersion ?? 0))];
    const models = new Map(
      await Promise.all(versions.map(async (version) => [version, await this.model(productKey, version)] as const)),
    );
    const device = { productKey, deviceKey: key };
    return heads.map((head) => ({ head, device, model: models.get(head.state.request.modelVersion ?? 0) ?? null }));
  }

  private async model(productKey: string, version: number): Promise<ProductModel | null> {
    if (version === 0) return null;
    const product = await this.ports.products.find(productKey);
    if (product?.modelVersion === version) return product.model;
    return (await this.ports.registry.productModel(productKey, version)) ?? null;
  }
}

function fits(row: HistoryRow, { direction, sendStatus }: HistoryQuery): boolean {
  return (direction === undefined || direction === row.direction) && (sendStatus ?? row.sendStatus) === row.sendStatus;
}

function paged(rows: readonly HistoryRow[], { pageNum, pageSize }: HistoryQuery, total: number): Paged<HistoryRow> {
  return { ...succeeded(rows), pageNum, pageSize, pages: Math.ceil(total / pageSize), total };
}
