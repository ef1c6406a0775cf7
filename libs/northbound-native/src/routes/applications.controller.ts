import { Controller, Get, Inject, Post, Put, Req, Res } from '@nestjs/common';
import type { Application } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication } from '../authentication.js';
import { problem } from '../errors/problem.js';
import { Documented } from '../openapi/documented.decorator.js';
import { declare } from '../provisioning/declare.js';
import { applicationEntry, type ApplicationEntry } from '../provisioning/schema.js';
import { NATIVE_PORTS } from '../tokens.js';
import { pageQuery } from '../wire/page-query.js';
import { read } from '../wire/read.js';
import {
  applicationAnswer,
  applicationListAnswer,
  applicationView,
  declaredApplicationAnswer,
} from '../wire/registry-view.js';
import { answer } from './answer.js';
import { pageById } from './owned-page.js';
import { entryOfPath, withPathId } from './with-path-id.js';

/** Set-up of applications, with the admin key. Credentials go in and never come out again, but for a key just made. */
@Controller('v1/applications')
export class ApplicationsController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {}

  @Documented({
    summary: 'Sets up an application; a new one without a native key gets one, shown once',
    key: 'admin',
    body: applicationEntry,
    answers: { 201: { description: 'It is there', schema: declaredApplicationAnswer } },
    problems: ['conflict'],
  })
  @Post()
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    const entry = read(applicationEntry, request.body);
    if (entry.id !== undefined && (await this.ports.registry.application(entry.id))) {
      throw problem('conflict', { detail: 'there is such an application; PUT changes it' });
    }
    answer(reply, 201, await this.declared(entry));
  }

  /** Creates or changes; credentials that are left out stay what they are. */
  @Documented({
    summary: 'Sets up or changes an application',
    key: 'admin',
    body: entryOfPath(applicationEntry, 'id'),
    answers: { 200: { description: 'It is as declared', schema: declaredApplicationAnswer } },
    problems: ['conflict'],
  })
  @Put(':id')
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    answer(reply, 200, await this.declared(read(applicationEntry, withPathId(request, 'id'))));
  }

  @Documented({
    summary: 'All applications, by id',
    key: 'admin',
    query: pageQuery,
    answers: { 200: { description: 'A page', schema: applicationListAnswer } },
  })
  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    const page = await pageById(['applications', undefined], read(pageQuery, request.query), {
      find: (asked) => this.ports.registry.applications(asked),
      key: ({ id }) => id,
      view: applicationView,
    });
    answer(reply, 200, page);
  }

  @Documented({
    summary: 'One application',
    key: 'admin',
    answers: { 200: { description: 'The application', schema: applicationAnswer } },
    problems: ['not-found'],
  })
  @Get(':id')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    answer(reply, 200, applicationView(await this.found((request.params as { id: string }).id)));
  }

  private async declared(entry: ApplicationEntry): Promise<object> {
    const { declaration, made } = await declare(this.ports, { applications: [entry] });
    const { id } = declaration.applications[0]!;
    this.authentication.forget([id]);
    const { at: _at, ...secrets } = made.applications[0] ?? {};
    return { ...applicationView(await this.found(id)), ...secrets };
  }

  private async found(id: string): Promise<Application> {
    const application = await this.ports.registry.application(id);
    if (application === undefined) throw problem('not-found');
    return application;
  }
}
