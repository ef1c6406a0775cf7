import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { JsonObject } from '@downlink/command-domain';
import type { Application, NewProduct, Product } from '@downlink/command-engine';
import { send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EnosAuthentication } from '../authentication/enos-authentication.js';
import { attributesOfProduct, withoutUndefined } from '../attributes.js';
import { enosError } from '../errors/error-answer.js';
import { shownProduct } from '../from-registry.js';
import { ENOS_PORTS } from '../tokens.js';
import { success, successPage } from '../wire/envelope.js';
import { createProductBody, updateProductBody } from '../wire/product.js';
import { organization, productQuery } from '../wire/query.js';
import { read } from '../wire/read.js';
import { productFilter } from '../wire/registry-search.js';
import { pageOf, REGISTRY_PAGE_SIZE, searchBody } from '../wire/search.js';
import { project } from '../wire/projection.js';
import { act, type Action } from './action.js';
import { makeKey } from './make-key.js';
import { allProducts, ownProduct, productOfModel } from './own-product.js';

const KEY_LENGTH = 8;
const SECRET_LENGTH = 24;

/** EnOS, Create / Get / Search / Update Product. */
@Controller('connect-service/v2.1/products')
export class ProductsController {
  private readonly posts: Readonly<Record<string, Action>> = {
    create: (...call) => this.create(...call),
    search: (...call) => this.search(...call),
    update: (...call) => this.update(...call),
  };
  private readonly gets: Readonly<Record<string, Action>> = { get: (...call) => this.show(...call) };

  constructor(
    @Inject(ENOS_PORTS) private readonly ports: NorthboundPorts,
    @Inject(EnosAuthentication) private readonly authentication: EnosAuthentication,
  ) {}

  @Post()
  post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return act(this.authentication, this.posts, request, reply);
  }

  @Get()
  get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return act(this.authentication, this.gets, request, reply);
  }

  /** Its model is that of the application's products that have it already; its devices speak EnOS' own format, whatever theirs do. */
  private async create(caller: Application, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const owner = await this.authentication.owner(caller, read(organization, request.query).orgId);
    const { modelId, productType, dataFormat, ...described } = read(createProductBody, request.body);
    const like = await productOfModel(this.ports, owner, modelId);
    if (like === undefined) throw enosError('model-unknown');
    const key = makeKey(KEY_LENGTH);
    const kept = { ...attributesNow(described), type: productType, dataFormat, modelId };
    const product = {
      ...likeProduct(like),
      wireFormat: 'enos',
      key,
      name: described.productName.defaultValue,
      secret: makeKey(SECRET_LENGTH),
    };
    await this.apply({ ...product, attributes: { enos: kept } });
    send(reply, success(key));
  }

  private async show(caller: Application, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { orgId, productKey } = read(productQuery, request.query);
    const owner = await this.authentication.owner(caller, orgId);
    const product = await ownProduct(this.ports, productKey, owner, 'product-unknown');
    const secret = await this.ports.registry.productSecret(productKey);
    send(reply, success(shownProduct(product, owner.orgId, secret ?? null)));
  }

  private async search(caller: Application, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const owner = await this.authentication.owner(caller, read(organization, request.query).orgId);
    const body = read(searchBody, request.body ?? {});
    const { pageNo, pageSize, offset } = pageOf(body, REGISTRY_PAGE_SIZE);
    const isWanted = productFilter(body.expression);
    const found = (await allProducts(this.ports, owner)).filter(isWanted);
    const data = found
      .slice(offset, offset + pageSize)
      .map((product) => project(shownProduct(product, owner.orgId, null), body.projection));
    send(reply, successPage(data, { sortedBy: null, pageNo, pageSize, totalSize: found.length }));
  }

  /** What can be left out and is left out stays. */
  private async update(caller: Application, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { orgId, productKey } = read(productQuery, request.query);
    const owner = await this.authentication.owner(caller, orgId);
    const product = await ownProduct(this.ports, productKey, owner, 'not-found');
    const described = read(updateProductBody, request.body);
    const kept = { ...withoutUndefined(attributesOfProduct(product)), ...attributesNow(described) };
    const name = described.productName.defaultValue;
    await this.apply({ ...likeProduct(product), key: product.key, name, attributes: { enos: kept } });
    send(reply, success(productKey));
  }

  private async apply(product: NewProduct): Promise<void> {
    await this.ports.registry.apply({ applications: [], products: [product], devices: [] });
  }
}

type Described = ReturnType<typeof updateProductBody.parse>;

function attributesNow(described: Described): JsonObject {
  const { productName, productDesc, productTags, biDirectionalAuth, dynamicActivateEnabled } = described;
  return withoutUndefined({
    name: productName,
    desc: productDesc,
    tags: productTags,
    biDirectionalAuth,
    dynamicActivateEnabled,
    updatedAt: Date.now(),
  });
}

function likeProduct({ applicationId, wireFormat, model, modelSource, lateAnswers }: Product) {
  return { applicationId, wireFormat, model, modelSource, lateAnswers };
}
