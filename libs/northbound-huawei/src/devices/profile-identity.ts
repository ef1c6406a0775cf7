import type { Product } from '@downlink/command-engine';
import { readProfile, type Profile, type ProfileIdentity } from '../profile/read-profile.js';
import { WrongMember } from '../profile/wrong-member.js';

/** What tells one device profile from another. The manufacturer's name is for people and counts for nothing. */
export const PROFILE_KEYS = ['manufacturerId', 'deviceType', 'model', 'protocolType'] as const;

export type ProfileKeys = Pick<ProfileIdentity, (typeof PROFILE_KEYS)[number]>;

/** The profile that a product was made from; undefined for a product that was made from something else. */
export function profileOf({ modelSource }: Pick<Product, 'modelSource'>): Profile | undefined {
  if (modelSource?.format !== 'huawei') return undefined;
  try {
    return readProfile(modelSource.document);
  } catch (error) {
    // It was readable when it was stored; what an older release took and this one does not is no profile.
    if (error instanceof WrongMember) return undefined;
    throw error;
  }
}

export function identityOf(product: Pick<Product, 'modelSource'>): ProfileIdentity | undefined {
  return profileOf(product)?.identity;
}
