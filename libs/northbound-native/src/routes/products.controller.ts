import { Controller, Get, Inject, Post, Put, Req, Res } from '@nestjs/common';
import type { Product } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication, scopeOf } from '../authentication.js';
import { problem } from '../errors/problem.js';
import { declare } from '../provisioning/declare.js';
import { productEntry, type ProductEntry } from '../provisioning/schema.js';
import { newProduct } from '../provisioning/to-declaration.js';
import { NATIVE_PORTS } from '../tokens.js';
import { isoTime } from '../wire/command-view.js';
import { pageQuery } from '../wire/list-commands.js';
import { read } from '../wire/read.js';
import { answer } from './answer.js';
import { withPathId } from './with-path-id.js';

/** Products: set up with the admin key, read also by the application that owns them. */
@Controller('v1/products')
export class ProductsController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {}

  @Post()
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    const entry = read(productEntry, request.body);
    if (await this.ports.registry.product(entry.key)) {
      throw problem('conflict', { detail: 'there is such a product; PUT changes it' });
    }
    answer(reply, 201, await this.declared(entry));
  }

  @Put(':key')
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    answer(reply, 200, await this.declared(read(productEntry, withPathId(request, 'key'))));
  }

  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const scope = scopeOf(await this.authentication.caller(request));
    const { after, limit } = read(pageQuery, request.query);
    const items = await this.ports.registry.products(scope, { limit, ...(after !== undefined && { after }) });
    answer(reply, 200, { items: items.map(view) });
  }

  @Get(':key')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const scope = scopeOf(await this.authentication.caller(request));
    answer(reply, 200, view(await this.found((request.params as { key: string }).key, scope)));
  }

  private async declared(entry: ProductEntry): Promise<object> {
    await declare(this.ports.registry, { applications: [], products: [newProduct(entry)], devices: [] });
    return view(await this.found(entry.key));
  }

  private async found(key: string, applicationId?: string): Promise<Product> {
    const product = await this.ports.registry.product(key, applicationId);
    if (product === undefined) throw problem('not-found');
    return product;
  }
}

function view({ key, applicationId, name, wireFormat, model, lateAnswers, createdAt }: Product): object {
  return { key, application: applicationId, name, wireFormat, model, lateAnswers, createdAt: isoTime(createdAt) };
}
