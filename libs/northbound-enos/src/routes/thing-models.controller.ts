import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EnosAuthentication } from '../authentication/enos-authentication.js';
import { enosError } from '../errors/error-answer.js';
import { thingModelOf } from '../model/thing-model.js';
import { ENOS_PORTS } from '../tokens.js';
import { success } from '../wire/envelope.js';
import { modelQuery } from '../wire/query.js';
import { read } from '../wire/read.js';
import { act, type Action } from './action.js';
import { productOfModel } from './own-product.js';

/** EnOS, Get Thing Model. */
@Controller('model-service/v2.1/thing-models')
export class ThingModelsController {
  private readonly gets: Readonly<Record<string, Action>> = {
    get: async (caller, request, reply) => {
      const { orgId, modelId } = read(modelQuery, request.query);
      const owner = await this.authentication.owner(caller, orgId);
      const product = await productOfModel(this.ports, owner, modelId);
      if (product === undefined) throw enosError('not-found');
      send(reply, success(thingModelOf(product, owner.orgId)));
    },
  };

  constructor(
    @Inject(ENOS_PORTS) private readonly ports: NorthboundPorts,
    @Inject(EnosAuthentication) private readonly authentication: EnosAuthentication,
  ) {}

  @Get()
  get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return act(this.authentication, this.gets, request, reply);
  }
}
