import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { Application } from '@downlink/command-engine';
import { rights, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { QuectelAuthentication } from '../authentication/authentication.js';
import { readPropertyNames, readPropertyValues, readRaw, readServiceCall, type Asked } from '../data/asked.js';
import { checkAsked } from '../data/check-asked.js';
import { Refusal } from '../errors/refusal.js';
import type { QuectelSettings } from '../settings.js';
import { fitsCategory } from '../to-canonical.js';
import { QUECTEL_PORTS, QUECTEL_SETTINGS } from '../tokens.js';
import { succeeded } from '../wire/action-result.js';
import { devicesOfAnyProduct, devicesOfProduct } from '../wire/named-devices.js';
import { read } from '../wire/read.js';
import { sendRawBody, sendTslBody } from '../wire/send-data.js';
import { answer, type Call } from './answering.js';
import { DeviceSender } from './device-sender.js';
import { operableProduct } from './operable-product.js';

/** What becomes of `data`, by the model of the product. */
type ReadData = typeof readServiceCall;

/** Quectel, Send Downlink Thing Model Service Data; Read Device Data; Write Device Data; Send Downlink Transparent Transmission Data. */
@Controller('v2/deviceshadow/r3/openapi')
export class SendDataController {
  private readonly sender: DeviceSender;

  constructor(
    @Inject(QUECTEL_PORTS) private readonly ports: NorthboundPorts,
    @Inject(QUECTEL_SETTINGS) settings: QuectelSettings,
    @Inject(QuectelAuthentication) private readonly authentication: QuectelAuthentication,
  ) {
    this.sender = new DeviceSender(ports, settings);
  }

  @Post('dm/sendServiceData')
  sendServiceData(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.sendTsl({ request, reply }, readServiceCall);
  }

  @Post('dm/readData')
  readData(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.sendTsl({ request, reply }, readPropertyNames);
  }

  @Post('dm/writeData')
  writeData(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.sendTsl({ request, reply }, readPropertyValues);
  }

  @Post('raw/sendData')
  sendRaw(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return answer({ request, reply }, async (language) => {
      const caller = await this.authentication.caller(request);
      const body = read(sendRawBody, request.body);
      const names = devicesOfAnyProduct(body);
      const asked = readRaw(body.data, body.encode);
      checkRights(caller, asked);
      return succeeded(await this.sender.send(names, { caller, asked, how: body, language }));
    });
  }

  /** All devices are of one product, so what is wrong with `data` is wrong for all of them, and is the answer to the call. */
  private sendTsl({ request, reply }: Call, readData: ReadData): Promise<void> {
    return answer({ request, reply }, async (language) => {
      const caller = await this.authentication.caller(request);
      const body = read(sendTslBody, request.body);
      const names = devicesOfProduct(body);
      const product = await operableProduct(this.ports, names[0]!.productKey, caller);
      const asked: Asked = readData(body.data, product.model);
      checkRights(caller, asked);
      if (!fitsCategory(asked, product)) throw new Refusal('category-unmatched');
      if (product.model !== null) checkAsked(product.model, asked);
      return succeeded(await this.sender.send(names, { caller, asked, how: body, language }));
    });
  }
}

/** @throws Refusal 91005 */
function checkRights(caller: Application, asked: Asked): void {
  if (!rights.mayCall(caller, asked)) throw new Refusal('call-not-allowed');
}
