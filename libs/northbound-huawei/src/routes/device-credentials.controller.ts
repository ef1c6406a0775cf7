import { Controller, Get, Inject, Post, Put, Req, Res } from '@nestjs/common';
import { send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HuaweiAuthentication } from '../authentication.js';
import { isActivated } from '../devices/device-view.js';
import { hexDigits, registerDevice, registrationByCode } from '../devices/register-device.js';
import { refreshKey } from '../devices/refresh-key.js';
import { HUAWEI_PORTS } from '../tokens.js';
import { successJson } from '../wire/command-resource.js';
import { readRegistration } from '../wire/read-registration.js';
import {
  refreshKeyBody,
  registerByCodeBody,
  type ActivationState,
  type RegisteredByCode,
} from '../wire/register-device.js';
import { deviceOf } from './device-call.js';

interface OneDevice {
  readonly deviceId: string;
}

/** Huawei, Registering a Device (Verification Code Mode), Refreshing a Device Key, Querying Device Activation Status v1.1.0. */
@Controller('iocm/app/reg/v1.1.0/deviceCredentials')
export class DeviceCredentialsController {
  constructor(
    @Inject(HUAWEI_PORTS) private readonly ports: NorthboundPorts,
    @Inject(HuaweiAuthentication) private readonly authentication: HuaweiAuthentication,
  ) {}

  /** Verification code and psk are told here only. */
  @Post()
  async register(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const applicationId = await this.authentication.applicationOfDeviceCall(request);
    const body = readRegistration(registerByCodeBody, request.body);
    const made = { psk: body.psk ?? hexDigits(32), timeout: body.timeout ?? 0 };
    const deviceId = await registerDevice(this.ports, applicationId, registrationByCode(body, made));
    const answer: RegisteredByCode = { deviceId, verifyCode: body.verifyCode ?? hexDigits(16), ...made };
    send(reply, { status: 200, body: successJson(answer) });
  }

  @Put(':deviceId')
  async refresh(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const applicationId = await this.authentication.applicationOfDeviceCall(request);
    const body = readRegistration(refreshKeyBody, request.body);
    const device = await deviceOf(this.ports, (request.params as OneDevice).deviceId, applicationId);
    await refreshKey(this.ports, device, body);
    const answer = { verifyCode: body.verifyCode ?? hexDigits(16), timeout: body.timeout ?? 0 };
    send(reply, { status: 200, body: successJson(answer) });
  }

  @Get(':deviceId')
  async activation(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const applicationId = await this.authentication.applicationOfDeviceCall(request);
    const device = await deviceOf(this.ports, (request.params as OneDevice).deviceId, applicationId);
    const answer: ActivationState = { deviceId: device.id, activated: isActivated(device), name: device.name };
    send(reply, { status: 200, body: successJson(answer) });
  }
}
