import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { readYaml, YamlBody, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication } from '../authentication.js';
import { problem } from '../errors/problem.js';
import { declare } from '../provisioning/declare.js';
import { parseEntries } from '../provisioning/parse-provision.js';
import { ProvisionError } from '../provisioning/provision-error.js';
import { Documented } from '../openapi/documented.decorator.js';
import { provisionFile, type ProvisionEntries } from '../provisioning/schema.js';
import { NATIVE_PORTS } from '../tokens.js';
import { provisionAnswer } from '../wire/provision-answer.js';
import { answer } from './answer.js';

/** The provisioning file over the network, as JSON or YAML: applied as a whole or not at all, and any number of times. */
@Controller('v1/provision')
export class ProvisionController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {}

  /** Answers with how much was declared, and with the ids and secrets that were made. */
  @Documented({
    summary: 'Declares applications, products and devices: all of it or nothing, any number of times',
    key: 'admin',
    body: provisionFile,
    bodyAlsoAs: 'application/yaml',
    answers: { 200: { description: 'How much was declared, and what was made', schema: provisionAnswer } },
    problems: ['conflict'],
  })
  @Post()
  async provision(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    const { declaration, made } = await declare(this.ports, entriesOf(request.body), 'many');
    const { applications, products, devices } = declaration;
    this.authentication.forget(applications.map(({ id }) => id));
    const declared = { applications: applications.length, products: products.length, devices: devices.length };
    answer(reply, 200, { declared, made });
  }
}

function entriesOf(body: unknown): ProvisionEntries {
  try {
    return parseEntries(body instanceof YamlBody ? readYamlBody(body) : body);
  } catch (error) {
    if (error instanceof ProvisionError) throw problem('validation-failed', { errors: error.errors });
    throw error;
  }
}

/** Read in one piece, for about a second: nobody else is served meanwhile. More goes as JSON. */
const YAML_LIMIT = 524_288;

function readYamlBody({ bytes }: YamlBody): unknown {
  if (bytes.length > YAML_LIMIT) throw problem('too-large', { detail: `YAML may have ${YAML_LIMIT} bytes; JSON more` });
  return readYaml(bytes);
}
