import { Controller, Delete, Get, Inject, Put, Req, Res } from '@nestjs/common';
import type { PresentDevice } from '@downlink/command-engine';
import { send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HuaweiAuthentication } from '../authentication.js';
import { toDeviceResource } from '../devices/device-view.js';
import { modifyDevice } from '../devices/modify-device.js';
import { toDeviceQuery } from '../devices/to-device-query.js';
import { huaweiError } from '../errors/error-answer.js';
import { HUAWEI_PORTS } from '../tokens.js';
import { successJson } from '../wire/command-resource.js';
import type { DevicePage, DeviceResource } from '../wire/device-resource.js';
import { modifyDeviceBody } from '../wire/modify-device.js';
import { deleteDeviceQuery, queryDeviceQuery, queryDevicesQuery } from '../wire/query-devices.js';
import { read } from '../wire/read.js';
import { deviceOf } from './device-call.js';

/** Huawei, Querying Device Information, Modifying Device Information, Deleting a Device v1.4.0. */
@Controller('iocm/app/dm/v1.4.0/devices')
export class DevicesController {
  constructor(
    @Inject(HUAWEI_PORTS) private readonly ports: NorthboundPorts,
    @Inject(HuaweiAuthentication) private readonly authentication: HuaweiAuthentication,
  ) {}

  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const applicationId = await this.authentication.applicationOfDeviceCall(request);
    const query = read(queryDevicesQuery, request.query, () => 'parameter-invalid');
    if (query.pageNo === undefined && query.gatewayId === undefined) throw huaweiError('page-missing');
    const found = toDeviceQuery(query, applicationId);
    const { devices, total } = found ? await this.ports.registry.searchDevices(found) : { devices: [], total: 0 };
    const answer: DevicePage = {
      totalCount: total,
      pageNo: query.pageNo ?? 0,
      pageSize: query.pageSize,
      devices: await Promise.all(devices.map((device) => this.shown(device, query.select !== undefined))),
    };
    send(reply, { status: 200, body: successJson(answer) });
  }

  @Get(':deviceId')
  async query(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const applicationId = await this.authentication.applicationOfDeviceCall(request);
    const { select } = read(queryDeviceQuery, request.query, () => 'parameter-invalid');
    const device = await deviceOf(this.ports, deviceIdOf(request), applicationId);
    send(reply, { status: 200, body: successJson(await this.shown(device, select !== undefined)) });
  }

  @Put(':deviceId')
  async modify(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const applicationId = await this.authentication.applicationOfDeviceCall(request);
    const body = read(modifyDeviceBody, request.body, ({ path }) =>
      path.at(-1) === 'isSecure' ? 'security-invalid' : 'input-invalid',
    );
    const device = await deviceOf(this.ports, deviceIdOf(request), applicationId);
    await modifyDevice(this.ports, device, body, Date.now());
    reply.code(204).send();
  }

  /** What is queued for the device is withdrawn first, so that nothing of it stays behind that nobody could see any more. */
  @Delete(':deviceId')
  async remove(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const applicationId = await this.authentication.applicationOfDeviceCall(request);
    read(deleteDeviceQuery, request.query, () => 'parameter-invalid');
    const { id } = await deviceOf(this.ports, deviceIdOf(request), applicationId);
    await this.ports.commands.cancelAll(id, applicationId);
    await this.ports.registry.removeDevice(id, applicationId);
    reply.code(204).send();
  }

  private async shown(device: PresentDevice, withImsi: boolean): Promise<DeviceResource> {
    return toDeviceResource(device, await this.ports.products.find(device.productKey), withImsi);
  }
}

function deviceIdOf({ params }: FastifyRequest): string {
  return (params as { deviceId: string }).deviceId;
}
