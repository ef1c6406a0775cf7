import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HuaweiAuthentication } from '../authentication.js';
import { huaweiError } from '../errors/error-answer.js';
import type { HuaweiSettings } from '../settings.js';
import { HUAWEI_PORTS, HUAWEI_SETTINGS } from '../tokens.js';
import { successJson } from '../wire/command-resource.js';
import { read } from '../wire/read.js';
import { loginBody, logoutBody, refreshBody, tokenAnswer } from '../wire/security.js';

/** Huawei, Authentication; Refreshing a Token; logout of the Java SDK. None of them carries app_key or Authorization. */
@Controller('iocm/app/sec/v1.1.0')
export class SecurityController {
  constructor(
    @Inject(HUAWEI_PORTS) private readonly ports: NorthboundPorts,
    @Inject(HUAWEI_SETTINGS) private readonly settings: HuaweiSettings,
    @Inject(HuaweiAuthentication) private readonly authentication: HuaweiAuthentication,
  ) {}

  /** Makes new tokens; the ones before are invalid from then on. */
  @Post('login')
  async login(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { appId, secret } = read(loginBody, request.body);
    await this.checkSecret(request, appId, secret);
    const tokens = await this.ports.tokens.issue({ id: appId, dialect: 'huawei' }, this.ttl());
    this.authentication.forget(appId);
    send(reply, { status: 200, body: successJson(tokenAnswer(tokens)) });
  }

  @Post('refreshToken')
  async refresh(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { appId, secret, refreshToken } = read(refreshBody, request.body);
    await this.checkSecret(request, appId, secret);
    const tokens = await this.ports.tokens.refresh({ id: appId, dialect: 'huawei' }, refreshToken, this.ttl());
    if (tokens === undefined) throw huaweiError('refresh-token-wrong');
    this.authentication.forget(appId);
    send(reply, { status: 200, body: successJson(tokenAnswer(tokens)) });
  }

  @Post('logout')
  async logout(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { accessToken } = read(logoutBody, request.body);
    const owner = await this.authentication.ownerOf(accessToken);
    if (owner === undefined || !(await this.ports.tokens.revoke('huawei', accessToken))) {
      throw huaweiError('token-invalid');
    }
    this.authentication.forget(owner.applicationId);
    reply.code(204).send();
  }

  private async checkSecret({ ip: address }: FastifyRequest, appId: string, secret: string): Promise<void> {
    const application = await this.ports.loginGuard.attempt({ dialect: 'huawei', keyId: appId, address }, () =>
      this.ports.registry.authenticate({ dialect: 'huawei', appId, secret }),
    );
    if (application === undefined) throw huaweiError('secret-wrong');
  }

  private ttl(): { accessMs: number; refreshMs: number } {
    return { accessMs: this.settings.accessTokenMs, refreshMs: this.settings.refreshTokenMs };
  }
}
