import { expect } from '@jest/globals';
import type { NewApplication, NewDevice, NewProduct } from '../ports/registry.port.js';

/** Entries of declarations of which only the interesting members are named: application `a`, product `p`, device `d`. */
export function app(id: string, more: Partial<NewApplication> = {}): NewApplication {
  return { id, name: id, credentials: {}, ...more };
}

export function product(key: string, more: Partial<NewProduct> = {}): NewProduct {
  return { key, applicationId: 'a', name: key, wireFormat: 'native', model: null, ...more };
}

export function device(id: string, more: Partial<NewDevice> = {}): NewDevice {
  return { id, applicationId: 'a', productKey: 'p', name: id, activated: true, ...more };
}

/** The fault that refuses a declaration, with this in its message. */
export function conflict(message: string): unknown {
  return expect.objectContaining({
    code: 'registry-conflict',
    retryable: false,
    message: expect.stringContaining(message),
  });
}
