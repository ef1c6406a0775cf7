import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Documented } from '../openapi/documented.decorator.js';
import type { OpenApiDocument } from '../openapi/build-document.js';
import { NATIVE_OPENAPI } from '../tokens.js';
import { jsonObject } from '../wire/fields.js';
import { read } from '../wire/read.js';
import { answer } from './answer.js';

const noQuery = z.strictObject({});

/** What this API is, for machines. Nobody needs a key to know. */
@Controller('v1/openapi.json')
export class OpenApiController {
  constructor(@Inject(NATIVE_OPENAPI) private readonly document: OpenApiDocument) {}

  @Documented({
    summary: 'This document',
    key: 'none',
    query: noQuery,
    answers: { 200: { description: 'OpenAPI 3.1', schema: jsonObject } },
  })
  @Get()
  get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    read(noQuery, request.query);
    answer(reply, 200, this.document);
  }
}
