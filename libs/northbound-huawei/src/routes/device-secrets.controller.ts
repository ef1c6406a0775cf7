import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HuaweiAuthentication } from '../authentication.js';
import { hexDigits, registerDevice, registrationBySecret } from '../devices/register-device.js';
import { HUAWEI_PORTS } from '../tokens.js';
import { successJson } from '../wire/command-resource.js';
import { readRegistration } from '../wire/read-registration.js';
import { registerBySecretBody, type RegisteredBySecret } from '../wire/register-device.js';

/** Huawei, Registering a Device (Password Mode) v2.0.0, for devices that speak MQTT. */
@Controller('iocm/app/reg/v2.0.0/deviceCredentials')
export class DeviceSecretsController {
  constructor(
    @Inject(HUAWEI_PORTS) private readonly ports: NorthboundPorts,
    @Inject(HuaweiAuthentication) private readonly authentication: HuaweiAuthentication,
  ) {}

  /** The secret is told here only. */
  @Post()
  async register(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const applicationId = await this.authentication.applicationOfDeviceCall(request);
    const body = readRegistration(registerBySecretBody, request.body);
    const secret = body.secret ?? hexDigits(20);
    const deviceId = await registerDevice(this.ports, applicationId, registrationBySecret(body, secret));
    const answer: RegisteredBySecret = { deviceId, secret };
    send(reply, { status: 200, body: successJson(answer) });
  }
}
