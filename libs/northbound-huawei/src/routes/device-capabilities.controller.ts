import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Device } from '@downlink/command-engine';
import { send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HuaweiAuthentication } from '../authentication.js';
import { capabilitiesOf } from '../devices/capabilities.js';
import { HUAWEI_PORTS } from '../tokens.js';
import { successJson } from '../wire/command-resource.js';
import { queryCapabilitiesQuery } from '../wire/query-devices.js';
import { read } from '../wire/read.js';
import { deviceOf } from './device-call.js';

/** What a caller who names no device is shown at most; the vendor documents no paging here. */
const MOST_DEVICES = 250;

/** Huawei, Querying Service Capabilities of a Device v1.1.0. */
@Controller('iocm/app/data/v1.1.0/deviceCapabilities')
export class DeviceCapabilitiesController {
  constructor(
    @Inject(HUAWEI_PORTS) private readonly ports: NorthboundPorts,
    @Inject(HuaweiAuthentication) private readonly authentication: HuaweiAuthentication,
  ) {}

  @Get()
  async query(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const applicationId = await this.authentication.applicationOfDeviceCall(request);
    const { deviceId, gatewayId } = read(queryCapabilitiesQuery, request.query, () => 'parameter-invalid');
    const named = deviceId ?? gatewayId;
    const devices =
      named === undefined ? await this.newest(applicationId) : [await deviceOf(this.ports, named, applicationId)];
    const deviceCapabilities = await Promise.all(
      devices.map(async ({ id, productKey }) => ({
        deviceId: id,
        serviceCapabilities: capabilitiesOf(await this.ports.products.find(productKey)),
      })),
    );
    send(reply, { status: 200, body: successJson({ deviceCapabilities }) });
  }

  private async newest(applicationId: string): Promise<readonly Device[]> {
    return (await this.ports.registry.searchDevices({ applicationId, offset: 0, limit: MOST_DEVICES })).devices;
  }
}
