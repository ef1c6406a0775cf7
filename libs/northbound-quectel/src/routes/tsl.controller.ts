import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { Json } from '@downlink/command-domain';
import type { Application, Product } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { QuectelAuthentication } from '../authentication/authentication.js';
import { Refusal } from '../errors/refusal.js';
import { QUECTEL_PORTS } from '../tokens.js';
import { importQuectelTsl } from '../tsl/import-quectel-tsl.js';
import { succeeded } from '../wire/action-result.js';
import { productQuery } from '../wire/query-history.js';
import { read } from '../wire/read.js';
import { answer } from './answering.js';
import { operableProduct } from './operable-product.js';

/** Quectel, Query Latest Product Thing Model (JSON). The way in is ours: the vendor has it on its console only. */
@Controller('v2/quectsl/openapi/product')
export class TslController {
  constructor(
    @Inject(QUECTEL_PORTS) private readonly ports: NorthboundPorts,
    @Inject(QuectelAuthentication) private readonly authentication: QuectelAuthentication,
  ) {}

  /** The document as it was imported; none is made up for a model that came another way. */
  @Get('export/tslFile')
  exportTsl(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return answer({ request, reply }, async () => {
      const { model, modelSource } = await this.productOf(request, await this.authentication.caller(request));
      if (model === null) throw new Refusal('model-empty');
      if (modelSource?.format !== 'quectel') throw new Refusal('tsl-unknown');
      return succeeded(modelSource.document);
    });
  }

  /** Gives the product this model; one that differs from the newest is its next version. Only the product's owner may. */
  @Post('import/tslFile')
  importTsl(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return answer({ request, reply }, async () => {
      const caller = await this.authentication.caller(request);
      const product = await this.productOf(request, caller);
      if (product.applicationId !== caller.id) throw new Refusal('no-permission');
      const document = request.body as Json;
      const imported = importQuectelTsl(document);
      if (!imported.ok) throw new Refusal('tsl-wrong', `${imported.path}: ${imported.problem}`);
      await this.ports.registry.apply({
        applications: [],
        products: [{ ...product, model: imported.model, modelSource: { format: 'quectel', document } }],
        devices: [],
      });
      const { modelVersion } = (await this.ports.registry.product(product.key))!;
      return succeeded({ productKey: product.key, version: modelVersion });
    });
  }

  private productOf({ query }: FastifyRequest, caller: Application): Promise<Product> {
    const { productKey } = read(productQuery, query);
    if (productKey === undefined) throw new Refusal('product-missing');
    return operableProduct(this.ports, productKey, caller);
  }
}
