import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EnosAuthentication } from '../authentication/enos-authentication.js';
import type { EnosSettings } from '../settings.js';
import { ENOS_PORTS, ENOS_SETTINGS } from '../tokens.js';
import { act, type Action } from './action.js';
import { Following } from './following.js';
import { Issuing } from './issuing.js';

/** Everything about commands has one path. The vendor's Java client cancels with GET, its documents with POST. */
@Controller('connect-service/v2.1/commands')
export class CommandsController {
  private readonly posts: Readonly<Record<string, Action>>;
  private readonly gets: Readonly<Record<string, Action>>;

  constructor(
    @Inject(ENOS_PORTS) ports: NorthboundPorts,
    @Inject(ENOS_SETTINGS) settings: EnosSettings,
    @Inject(EnosAuthentication) private readonly authentication: EnosAuthentication,
  ) {
    const issuing = new Issuing(ports, settings, authentication);
    const following = new Following(ports, authentication);
    const cancel: Action = (...call) => following.cancel(...call);
    this.posts = {
      invokeService: (...call) => issuing.invokeService(...call),
      setMeasurepoint: (...call) => issuing.setMeasurepoint(...call),
      search: (...call) => following.search(...call),
      cancel,
    };
    this.gets = { get: (...call) => following.get(...call), cancel };
  }

  @Post()
  post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return act(this.authentication, this.posts, request, reply);
  }

  @Get()
  get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return act(this.authentication, this.gets, request, reply);
  }
}
