import { Controller, Delete, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HuaweiAuthentication, SUBSCRIPTION_CALLS } from '../authentication.js';
import { DETAIL_HEADER, huaweiError } from '../errors/error-answer.js';
import type { HuaweiSettings } from '../settings.js';
import { HUAWEI_PORTS, HUAWEI_SETTINGS } from '../tokens.js';
import { successJson } from '../wire/command-resource.js';
import { appIdQuery } from '../wire/query-commands.js';
import { read } from '../wire/read.js';
import {
  deleteSubscriptionsQuery,
  NOTIFY_TYPES,
  PUSHED_TYPES,
  querySubscriptionsQuery,
  subscribeBody,
  toSubscriptionResource,
} from '../wire/subscription.js';
import { checkCallbackServer } from './callback-server.js';

/** Huawei, Subscribing to Service Data; Querying and Deleting Subscriptions v1.2.0: one for each application and notification type. */
@Controller('iocm/app/sub/v1.2.0/subscriptions')
export class SubscriptionsController {
  constructor(
    @Inject(HUAWEI_PORTS) private readonly ports: NorthboundPorts,
    @Inject(HUAWEI_SETTINGS) private readonly settings: HuaweiSettings,
    @Inject(HuaweiAuthentication) private readonly authentication: HuaweiAuthentication,
  ) {}

  /** What is never pushed is taken all the same, and said so in a header. */
  @Post()
  async subscribe(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const body = read(subscribeBody, request.body, ({ path }) =>
      path[0] === 'callbackUrl' ? 'callback-illegal' : 'input-invalid',
    );
    const { appId = read(appIdQuery, request.query).appId, notifyType, callbackUrl } = body;
    const applicationId = await this.authentication.applicationOf(appId, caller, SUBSCRIPTION_CALLS);
    await checkCallbackServer(this.ports, this.settings, applicationId, callbackUrl);
    const made = await this.ports.subscriptions.create({ applicationId, topic: notifyType, url: callbackUrl });
    if (made === undefined) throw huaweiError('subscription-conflict', `${notifyType} is subscribed to already`);
    const pushed = (PUSHED_TYPES as readonly string[]).includes(notifyType);
    const headers = pushed
      ? {}
      : { headers: { [DETAIL_HEADER]: `nothing of the type ${notifyType} is ever pushed here` } };
    send(reply, { status: 201, body: successJson(toSubscriptionResource(made)), ...headers });
  }

  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const { appId, notifyType, pageNo, pageSize } = read(querySubscriptionsQuery, request.query);
    const applicationId = await this.authentication.applicationOf(appId, caller, SUBSCRIPTION_CALLS);
    const topic = knownTopic(notifyType);
    const found = await this.ports.subscriptions.search({
      applicationId,
      ...topic,
      offset: pageNo * pageSize,
      limit: pageSize,
    });
    const subscriptions = found.subscriptions.map(toSubscriptionResource);
    send(reply, { status: 200, body: successJson({ totalCount: found.total, pageNo, pageSize, subscriptions }) });
  }

  @Get(':subscriptionId')
  async query(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const applicationId = await this.applicationOf(request);
    const found = await this.ports.subscriptions.find(idOf(request), applicationId);
    if (found === undefined) throw huaweiError('subscription-unknown');
    send(reply, { status: 200, body: successJson(toSubscriptionResource(found)) });
  }

  /** All of the application's, or those of a type, to a URL, or both; that there was none is no error. */
  @Delete()
  async removeAll(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const { appId, notifyType, callbackUrl: url } = read(deleteSubscriptionsQuery, request.query);
    const applicationId = await this.authentication.applicationOf(appId, caller, SUBSCRIPTION_CALLS);
    await this.ports.subscriptions.removeAll({
      applicationId,
      ...knownTopic(notifyType),
      ...(url !== undefined && { url }),
    });
    reply.code(204).send();
  }

  @Delete(':subscriptionId')
  async remove(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const applicationId = await this.applicationOf(request);
    if (!(await this.ports.subscriptions.remove(idOf(request), applicationId)))
      throw huaweiError('subscription-unknown');
    reply.code(204).send();
  }

  private async applicationOf(request: FastifyRequest): Promise<string> {
    const caller = await this.authentication.caller(request);
    return this.authentication.applicationOf(read(appIdQuery, request.query).appId, caller, SUBSCRIPTION_CALLS);
  }
}

/** @throws ErrorAnswer 100225 for a type that the vendor does not have */
function knownTopic(notifyType: string | undefined): { topic?: string } {
  if (notifyType === undefined) return {};
  if (!(NOTIFY_TYPES as readonly string[]).includes(notifyType))
    throw huaweiError('subscription-unknown', 'no such type');
  return { topic: notifyType };
}

function idOf({ params }: FastifyRequest): string {
  return (params as { subscriptionId: string }).subscriptionId;
}
