import { Controller, Get, Inject, Post, Put, Req, Res } from '@nestjs/common';
import type { Product } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication, scopeOf, sees, type Caller } from '../authentication.js';
import { problem } from '../errors/problem.js';
import { Documented } from '../openapi/documented.decorator.js';
import { declare } from '../provisioning/declare.js';
import { productEntry, type ProductEntry } from '../provisioning/schema.js';
import { NATIVE_PORTS } from '../tokens.js';
import { ownedPageQuery } from '../wire/page-query.js';
import { read } from '../wire/read.js';
import {
  declaredProductAnswer,
  productAnswer,
  productListAnswer,
  productModelAnswer,
  productView,
} from '../wire/registry-view.js';
import { answer } from './answer.js';
import { pageById } from './owned-page.js';
import { entryOfPath, withPathId } from './with-path-id.js';

/** Products: set up with the admin key, read also by the application that owns them. */
@Controller('v1/products')
export class ProductsController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {}

  @Documented({
    summary: 'Sets up a product; a new one without a secret gets one, shown once',
    key: 'admin',
    body: productEntry,
    answers: { 201: { description: 'It is there', schema: declaredProductAnswer } },
    problems: ['conflict'],
  })
  @Post()
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    const entry = read(productEntry, request.body);
    if (entry.key !== undefined && (await this.ports.registry.product(entry.key))) {
      throw problem('conflict', { detail: 'there is such a product; PUT changes it' });
    }
    answer(reply, 201, await this.declared(entry));
  }

  @Documented({
    summary: 'Sets up or changes a product',
    key: 'admin',
    body: entryOfPath(productEntry, 'key'),
    answers: { 200: { description: 'It is as declared', schema: declaredProductAnswer } },
    problems: ['conflict'],
  })
  @Put(':key')
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.authentication.admin(request);
    answer(reply, 200, await this.declared(read(productEntry, withPathId(request, 'key'))));
  }

  @Documented({
    summary: 'Products, by key; of one application, or for the administrator all',
    key: 'either',
    query: ownedPageQuery,
    answers: { 200: { description: 'A page', schema: productListAnswer } },
  })
  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const query = read(ownedPageQuery, request.query);
    const scope = scopeOf(caller, query.application);
    const page = await pageById(['products', scope], query, {
      find: (asked) => this.ports.registry.products(scope, asked),
      key: ({ key }) => key,
      view: productView,
    });
    answer(reply, 200, page);
  }

  @Documented({
    summary: 'One product with its model',
    key: 'either',
    answers: { 200: { description: 'The product', schema: productAnswer } },
    problems: ['not-found'],
  })
  @Get(':key')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    answer(reply, 200, productView(await this.found((request.params as { key: string }).key, caller)));
  }

  /** What a command was checked against that names this version. */
  @Documented({
    summary: 'A model that the product has or had',
    key: 'either',
    answers: { 200: { description: 'The model', schema: productModelAnswer } },
    problems: ['not-found'],
  })
  @Get(':key/models/:version')
  async model(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const { key, version } = request.params as { key: string; version: string };
    const product = await this.found(key, caller);
    const model = /^\d{1,9}$/.test(version)
      ? await this.ports.registry.productModel(product.key, Number(version))
      : undefined;
    if (model === undefined) throw problem('not-found');
    answer(reply, 200, { product: product.key, version: Number(version), model });
  }

  private async declared(entry: ProductEntry): Promise<object> {
    const { declaration, made } = await declare(this.ports, { products: [entry] });
    const product = await this.found(declaration.products[0]!.key, { kind: 'admin' });
    const { secret } = made.products[0] ?? {};
    return { ...productView(product), ...(secret !== undefined && { secret }) };
  }

  private async found(key: string, caller: Caller): Promise<Product> {
    const product = await this.ports.registry.product(key);
    if (product === undefined || !sees(caller, product.applicationId)) throw problem('not-found');
    return product;
  }
}
