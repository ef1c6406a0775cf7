import { Controller, Get, Inject, Post, Put, Req, Res } from '@nestjs/common';
import type { Device } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication, scopeOf } from '../authentication.js';
import { problem } from '../errors/problem.js';
import { declare } from '../provisioning/declare.js';
import { deviceEntry, type DeviceEntry } from '../provisioning/schema.js';
import { newDevice } from '../provisioning/to-declaration.js';
import { NATIVE_PORTS } from '../tokens.js';
import { isoTime } from '../wire/command-view.js';
import { laneView } from '../wire/lane-view.js';
import { pageQuery } from '../wire/list-commands.js';
import { read } from '../wire/read.js';
import { answer } from './answer.js';
import { findDevice } from './find-device.js';
import { withPathId } from './with-path-id.js';

/** Devices: set up with the admin key, read also by the application that owns them. */
@Controller('v1/devices')
export class DevicesController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {}

  @Post()
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    const entry = read(deviceEntry, request.body);
    if ((await this.ports.registry.devices([entry.id])).size > 0) {
      throw problem('conflict', { detail: 'there is such a device; PUT changes it' });
    }
    answer(reply, 201, await this.declared(entry));
  }

  @Put(':id')
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    answer(reply, 200, await this.declared(read(deviceEntry, withPathId(request, 'id'))));
  }

  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const scope = scopeOf(await this.authentication.caller(request));
    const { after, limit } = read(pageQuery, request.query);
    const items = await this.ports.registry.listDevices(scope, { limit, ...(after !== undefined && { after }) });
    answer(reply, 200, { items: items.map(view) });
  }

  @Get(':id')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    answer(reply, 200, view(await this.found(request)));
  }

  /** Why is this command waiting? */
  @Get(':id/lane')
  async lane(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { id } = await this.found(request);
    answer(reply, 200, laneView(id, await this.ports.reader.lane(id)));
  }

  private async declared(entry: DeviceEntry): Promise<object> {
    const made = await declare(this.ports.registry, { applications: [], products: [], devices: [newDevice(entry)] });
    const device = await findDevice(this.ports, entry.id, { kind: 'admin' });
    return { ...view(device), ...made.devices[0] };
  }

  private async found(request: FastifyRequest): Promise<Device> {
    const caller = await this.authentication.caller(request);
    return findDevice(this.ports, (request.params as { id: string }).id, caller);
  }
}

function view({ id, applicationId, productKey, wireFormat, name, activated, createdAt }: Device): object {
  const createdAtText = isoTime(createdAt);
  return { id, application: applicationId, product: productKey, wireFormat, name, activated, createdAt: createdAtText };
}
