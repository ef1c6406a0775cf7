import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { isJsonObject, type Json } from '@downlink/command-domain';
import { send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HuaweiAuthentication } from '../authentication.js';
import { findByProfile, keyOfProfile } from '../devices/product-of-device.js';
import { huaweiError } from '../errors/error-answer.js';
import { modelOf } from '../profile/import-huawei-profile.js';
import { readProfile } from '../profile/read-profile.js';
import { WrongMember } from '../profile/wrong-member.js';
import { HUAWEI_PORTS } from '../tokens.js';
import { successJson } from '../wire/command-resource.js';

/**
 * Upload of a device profile: the contents of devicetype-capability.json and of the servicetype-capability.json files as one JSON body
 * `{ devicetype, servicetype }`. The vendor has a portal for this and documents no call; path and answer are ours.
 */
@Controller('iocm/app/profile/v1.1.0/deviceProfiles')
export class DeviceProfilesController {
  constructor(
    @Inject(HUAWEI_PORTS) private readonly ports: NorthboundPorts,
    @Inject(HuaweiAuthentication) private readonly authentication: HuaweiAuthentication,
  ) {}

  /** Makes the product of this profile, or gives it a new version of its model. */
  @Post()
  async upload(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const applicationId = await this.authentication.applicationOfDeviceCall(request);
    const document = documentOf(request.body);
    const { identity, model } = readDocument(document);
    const known = await findByProfile(this.ports, applicationId, identity);
    const key = known?.key ?? keyOfProfile(applicationId, identity);
    await this.ports.registry.apply({
      applications: [],
      products: [
        {
          key,
          applicationId,
          name: known?.name ?? `${identity.manufacturerName} ${identity.model}`,
          wireFormat: known?.wireFormat ?? 'huawei',
          model,
          modelSource: { format: 'huawei', document },
          attributes: { huawei: identity },
        },
      ],
      devices: [],
    });
    send(reply, { status: 201, body: successJson({ productId: key, ...identity }) });
  }
}

/** Only what is read is kept. */
function documentOf(body: unknown): Json {
  if (!isJsonObject(body)) return null;
  return { devicetype: body['devicetype'] ?? null, servicetype: body['servicetype'] ?? null };
}

function readDocument(document: Json) {
  try {
    const profile = readProfile(document);
    return { identity: profile.identity, model: modelOf(profile) };
  } catch (error) {
    if (error instanceof WrongMember) throw huaweiError('input-invalid', `${error.path}: ${error.problem}`);
    throw error;
  }
}
