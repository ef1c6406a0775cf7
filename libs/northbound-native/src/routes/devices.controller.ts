import { Controller, Delete, Get, Inject, Post, Put, Req, Res } from '@nestjs/common';
import type { Device } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication, scopeOf } from '../authentication.js';
import { problem } from '../errors/problem.js';
import { Documented } from '../openapi/documented.decorator.js';
import { declare } from '../provisioning/declare.js';
import { deviceEntry, type DeviceEntry } from '../provisioning/schema.js';
import { NATIVE_PORTS } from '../tokens.js';
import { laneAnswer, laneView } from '../wire/lane-view.js';
import { ownedPageQuery } from '../wire/page-query.js';
import { read } from '../wire/read.js';
import { declaredDeviceAnswer, deviceAnswer, deviceListAnswer, deviceView } from '../wire/registry-view.js';
import { answer } from './answer.js';
import { findDevice } from './find-device.js';
import { pageById } from './owned-page.js';
import { entryOfPath, withPathId } from './with-path-id.js';

/** Devices: set up with the admin key, read also by the application that owns them. */
@Controller('v1/devices')
export class DevicesController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {}

  @Documented({
    summary: 'Sets up a device; a new one without a secret gets one, shown once',
    key: 'admin',
    body: deviceEntry,
    answers: { 201: { description: 'It is there', schema: declaredDeviceAnswer } },
    problems: ['conflict'],
  })
  @Post()
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    const entry = read(deviceEntry, request.body);
    if (await this.isKnown(entry)) {
      throw problem('conflict', { detail: 'there is such a device; PUT changes it' });
    }
    answer(reply, 201, await this.declared(entry));
  }

  @Documented({
    summary: 'Sets up or changes a device',
    key: 'admin',
    body: entryOfPath(deviceEntry, 'id'),
    answers: { 200: { description: 'It is as declared', schema: declaredDeviceAnswer } },
    problems: ['conflict'],
  })
  @Put(':id')
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    answer(reply, 200, await this.declared(read(deviceEntry, withPathId(request, 'id'))));
  }

  @Documented({
    summary: 'Devices, by id; of one application, or for the administrator all',
    key: 'either',
    query: ownedPageQuery,
    answers: { 200: { description: 'A page', schema: deviceListAnswer } },
  })
  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const query = read(ownedPageQuery, request.query);
    const scope = scopeOf(caller, query.application);
    const page = await pageById(['devices', scope], query, {
      find: (asked) => this.ports.registry.listDevices(scope, asked),
      key: ({ id }) => id,
      view: deviceView,
    });
    answer(reply, 200, page);
  }

  @Documented({
    summary: 'One device',
    key: 'either',
    answers: { 200: { description: 'The device', schema: deviceAnswer } },
    problems: ['unknown-device'],
  })
  @Get(':id')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    answer(reply, 200, deviceView(await this.found(request)));
  }

  /** Why is this command waiting? */
  @Documented({
    summary: "The device's queue: what is under way, how many wait and for what",
    key: 'either',
    answers: { 200: { description: 'The lane', schema: laneAnswer } },
    problems: ['unknown-device'],
  })
  @Get(':id/lane')
  async lane(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { id } = await this.found(request);
    answer(reply, 200, laneView(id, await this.ports.reader.lane(id)));
  }

  /** What is queued for it is withdrawn first, so that nothing stays behind that nobody could see any more; history stays. */
  @Documented({
    summary:
      'Takes a device out of the registry; what is queued for it is canceled, what is under way ends by its deadlines',
    key: 'admin',
    answers: { 204: { description: 'It is gone' } },
    problems: ['unknown-device'],
  })
  @Delete(':id')
  async remove(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    const { id, applicationId } = await this.found(request);
    await this.ports.commands.cancelAll(id, applicationId);
    if (!(await this.ports.registry.removeDevice(id, applicationId))) throw problem('unknown-device');
    reply.code(204).send();
  }

  private async declared(entry: DeviceEntry): Promise<object> {
    const { declaration, made } = await declare(this.ports, { devices: [entry] });
    const device = await findDevice(this.ports, declaration.devices[0]!.id, { kind: 'admin' });
    const { secret } = made.devices[0] ?? {};
    return { ...deviceView(device), ...(secret !== undefined && { secret }) };
  }

  /** By its id, or by its key where it came without one. */
  private async isKnown({ id, product, key }: DeviceEntry): Promise<boolean> {
    const { registry } = this.ports;
    if (id !== undefined) return (await registry.devices([id])).size > 0;
    return key !== undefined && (await registry.deviceByKey(product, key)) !== undefined;
  }

  private async found(request: FastifyRequest): Promise<Device> {
    const caller = await this.authentication.caller(request);
    return findDevice(this.ports, (request.params as { id: string }).id, caller);
  }
}
