import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';

/** Where callbacks may go. Asked for the URL before each attempt and for every address that its name resolves to at each dial. */
export interface AddressGuard {
  /** Why this URL may not be called, undefined when it may. A host that is an IP literal is judged here: it is never looked up. */
  refusesUrl(url: URL): string | undefined;
  /** Why this address may not be dialled, undefined when it may. */
  refusesAddress(address: string): string | undefined;
}

/** Every address may be called. */
export const everyAddress: AddressGuard = {
  refusesUrl: () => undefined,
  refusesAddress: () => undefined,
};

export class AddressRefused extends Error {
  readonly code = 'address-refused';
}

type LookupDone = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/**
 * A resolver that gives out only addresses that the guard lets through; the socket dials what it is given, so there is
 * no second resolution that could say something else.
 */
export function guardedLookup(guard: AddressGuard) {
  return (hostname: string, options: LookupOptions, done: LookupDone): void => {
    systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      const allowed = addresses.filter(({ address }) => guard.refusesAddress(address) === undefined);
      const first = allowed[0];
      if (first === undefined) return done(new AddressRefused(`no address of ${hostname} may be called`), []);
      if (options.all) return done(null, allowed);
      done(null, first.address, first.family);
    });
  };
}
