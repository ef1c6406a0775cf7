import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { IssuedTokens } from '@downlink/command-engine';
import { send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EnosAuthentication } from '../authentication/enos-authentication.js';
import { encryptionOf, isSameDigest } from '../authentication/signature.js';
import { isOnTime } from '../authentication/timestamp.js';
import { tokenError } from '../errors/error-answer.js';
import type { EnosErrorName } from '../errors/error-table.js';
import type { EnosSettings } from '../settings.js';
import { ENOS_PORTS, ENOS_SETTINGS } from '../tokens.js';
import { tokenEnvelope } from '../wire/envelope.js';
import { readTokenBody } from '../wire/read-token-body.js';
import { getTokenBody, refreshTokenBody, type GetTokenBody } from '../wire/token.js';

/** EnOS, Get Access Token; Refresh Access Token. */
@Controller('apim-token-service/v2.0/token')
export class TokenController {
  constructor(
    @Inject(ENOS_PORTS) private readonly ports: NorthboundPorts,
    @Inject(ENOS_SETTINGS) private readonly settings: EnosSettings,
    @Inject(EnosAuthentication) private readonly authentication: EnosAuthentication,
  ) {}

  /** The same token again while it is good. */
  @Post('get')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const applicationId = await this.authenticate(readTokenBody(getTokenBody, request.body), request.ip);
    tell(reply, await this.ports.tokens.current({ id: applicationId, dialect: 'enos' }, this.ttl()));
  }

  /** A new token for one that is still good, which is over with it. */
  @Post('refresh')
  async refresh(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const body = readTokenBody(refreshTokenBody, request.body);
    const application = { id: await this.authenticate(body, request.ip), dialect: 'enos' };
    const holder = await this.ports.tokens.find('enos', body.accessToken);
    if (holder === undefined) throw tokenError('token-expired');
    if (holder.applicationId !== application.id) throw tokenError('refresh-failed');
    const { refreshToken } = await this.ports.tokens.current(application, this.ttl());
    const renewed = await this.ports.tokens.refresh(application, refreshToken, this.ttl());
    if (renewed === undefined) throw tokenError('refresh-failed');
    this.authentication.forget(application.id);
    tell(reply, renewed);
  }

  /** @throws ErrorAnswer 1004, 1002, 1003 and, once all is right, 1001 for what was sent before; TroubleError `too-many-attempts` */
  private async authenticate(body: GetTokenBody, address: string): Promise<string> {
    const { clockSkewMs } = this.settings;
    if (!isOnTime(body.timestamp, Date.now(), clockSkewMs)) throw tokenError('parameter-invalid', 'timestamp');
    const { appKey: keyId, encryption } = body;
    let reason: EnosErrorName = 'app-key-unknown';
    const application = await this.ports.loginGuard.attempt({ dialect: 'enos', keyId, address }, async () => {
      const known = await this.ports.registry.signingKey('enos', keyId);
      if (known !== undefined) reason = 'encryption-wrong';
      return known && isProof(body, known.secret) ? known.application : undefined;
    });
    if (application === undefined) throw tokenError(reason);
    // Behind twice the tolerance its timestamp is too old on every clock that may judge it.
    if (!(await this.ports.tokens.redeem('enos', encryption, 2 * clockSkewMs))) throw tokenError('encryption-repeated');
    return application.id;
  }

  private ttl(): { accessMs: number; refreshMs: number } {
    const { accessTokenMs } = this.settings;
    return { accessMs: accessTokenMs, refreshMs: accessTokenMs };
  }
}

function isProof({ appKey, timestamp, encryption }: GetTokenBody, appSecret: string): boolean {
  return isSameDigest(encryption, encryptionOf(appKey, timestamp, appSecret));
}

function tell(reply: FastifyReply, { accessToken, expiresIn }: IssuedTokens): void {
  send(reply, tokenEnvelope(0, 'SUCCESS', { accessToken, expire: expiresIn }));
}
