import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { RegistryDeclaration } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication } from '../authentication.js';
import { problem } from '../errors/problem.js';
import { declare } from '../provisioning/declare.js';
import { parseProvision, ProvisionError } from '../provisioning/parse-provision.js';
import { Documented } from '../openapi/documented.decorator.js';
import { provisionFile } from '../provisioning/schema.js';
import { NATIVE_PORTS } from '../tokens.js';
import { provisionAnswer } from '../wire/provision-answer.js';
import { answer } from './answer.js';

/** The provisioning file over the network: applied as a whole or not at all, and any number of times. */
@Controller('v1/provision')
export class ProvisionController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {}

  /** Answers with how much was declared, and with the secrets that were made. */
  @Documented({
    summary: 'Declares applications, products and devices: all of it or nothing, any number of times',
    key: 'admin',
    body: provisionFile,
    answers: { 200: { description: 'How much was declared, and the secrets that were made', schema: provisionAnswer } },
    problems: ['conflict'],
  })
  @Post()
  async provision(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    const declaration = declarationOf(request.body);
    const made = await declare(this.ports.registry, declaration);
    const { applications, products, devices } = declaration;
    this.authentication.forget(applications.map(({ id }) => id));
    const declared = { applications: applications.length, products: products.length, devices: devices.length };
    answer(reply, 200, { declared, made });
  }
}

function declarationOf(body: unknown): RegistryDeclaration {
  try {
    return parseProvision(body);
  } catch (error) {
    if (error instanceof ProvisionError) throw problem('validation-failed', { errors: error.errors });
    throw error;
  }
}
