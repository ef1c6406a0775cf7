import { Controller, Get, Inject, Post, Put, Req, Res } from '@nestjs/common';
import type { Application } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication } from '../authentication.js';
import { problem } from '../errors/problem.js';
import { declare } from '../provisioning/declare.js';
import { applicationEntry } from '../provisioning/schema.js';
import { newApplication } from '../provisioning/to-declaration.js';
import { NATIVE_PORTS } from '../tokens.js';
import { isoTime } from '../wire/command-view.js';
import { pageQuery } from '../wire/list-commands.js';
import { read } from '../wire/read.js';
import { answer } from './answer.js';
import { withPathId } from './with-path-id.js';

/** Set-up of applications, with the admin key. Credentials go in and never come out again, but for a key just made. */
@Controller('v1/applications')
export class ApplicationsController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {}

  @Post()
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    const entry = read(applicationEntry, request.body);
    if (await this.ports.registry.application(entry.id)) {
      throw problem('conflict', { detail: 'there is such an application; PUT changes it' });
    }
    answer(reply, 201, await this.declared(entry));
  }

  /** Creates or changes; credentials that are left out stay what they are. */
  @Put(':id')
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    answer(reply, 200, await this.declared(read(applicationEntry, withPathId(request, 'id'))));
  }

  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    const { after, limit } = read(pageQuery, request.query);
    const items = await this.ports.registry.applications({ limit, ...(after !== undefined && { after }) });
    answer(reply, 200, { items: items.map(view) });
  }

  @Get(':id')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    answer(reply, 200, view(await this.found((request.params as { id: string }).id)));
  }

  private async declared(entry: Parameters<typeof newApplication>[0]): Promise<object> {
    const declaration = { applications: [newApplication(entry)], products: [], devices: [] };
    const made = await declare(this.ports.registry, declaration);
    this.authentication.forget([entry.id]);
    return { ...view(await this.found(entry.id)), ...made.applications[0] };
  }

  private async found(id: string): Promise<Application> {
    const application = await this.ports.registry.application(id);
    if (application === undefined) throw problem('not-found');
    return application;
  }
}

function view({ id, name, createdAt }: Application): object {
  return { id, name, createdAt: isoTime(createdAt) };
}
