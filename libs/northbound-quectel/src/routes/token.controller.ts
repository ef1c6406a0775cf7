import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { isJsonObject } from '@downlink/command-domain';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { QuectelAuthentication } from '../authentication/authentication.js';
import { logIn, ownerOfToken, tokenOf } from '../authentication/login.js';
import { loginErrorAnswer } from '../errors/error-answer.js';
import type { QuectelSettings } from '../settings.js';
import { QUECTEL_PORTS, QUECTEL_SETTINGS } from '../tokens.js';
import { loginParameters, refreshParameters, type TokenAnswer } from '../wire/login.js';
import { read } from '../wire/read.js';
import { answer, type Call } from './answering.js';

/** Quectel, OpenAPI Integration Guide: accessKeyLogin; Refresh Token. Neither carries a token in `Authorization`. */
@Controller('v2/quecauth/accessKeyAuthrize')
export class TokenController {
  constructor(
    @Inject(QUECTEL_PORTS) private readonly ports: NorthboundPorts,
    @Inject(QUECTEL_SETTINGS) private readonly settings: QuectelSettings,
    @Inject(QuectelAuthentication) private readonly authentication: QuectelAuthentication,
  ) {}

  @Get('accessKeyLogin')
  logInByQuery(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.logIn({ request, reply });
  }

  @Post('accessKeyLogin')
  logInByForm(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.logIn({ request, reply });
  }

  @Get('refreshToken')
  refreshByQuery(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.refresh({ request, reply });
  }

  @Post('refreshToken')
  refreshByForm(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.refresh({ request, reply });
  }

  private logIn(call: Call): Promise<void> {
    return this.tokenFor(call, async () => {
      const { username, password } = read(loginParameters, parametersOf(call.request));
      const { id } = await logIn(this.ports, { username, password, address: call.request.ip }, Date.now());
      return tokenOf(this.ports, id, this.settings);
    });
  }

  /** A token younger than the setting says is returned unchanged; a new one ends it. */
  private refresh(call: Call): Promise<void> {
    return this.tokenFor(call, async () => {
      const { refresh_token: token } = read(refreshParameters, parametersOf(call.request));
      const applicationId = await ownerOfToken(this.ports, token);
      const { tokenMs, refreshAfterMs } = this.settings;
      const answered = await tokenOf(this.ports, applicationId, this.settings, Math.max(0, tokenMs - refreshAfterMs));
      if (answered.access_token !== token) this.authentication.forget(applicationId);
      return answered;
    });
  }

  private tokenFor(call: Call, work: () => Promise<TokenAnswer>): Promise<void> {
    return answer(call, work, loginErrorAnswer);
  }
}

/** From the query, or from a form or a JSON body. */
function parametersOf({ query, body }: FastifyRequest): object {
  return { ...(query as object), ...(isJsonObject(body) ? body : {}) };
}
