/** As much of an application as its rights need. */
export interface RightsHolder {
  readonly id: string;
  /** Ids of the applications that granted this one the right to act for them. */
  readonly authorisedBy: readonly string[];
  readonly methods: { readonly allow: readonly string[]; readonly deny: readonly string[] };
}

/** What a call asks of a device, in canonical words. */
export interface AskedMethod {
  readonly service: string;
  readonly method: string;
}

/** What applications may do; pure. Each dialect has a code of its own for a refusal. */
export const rights = {
  /**
   * Whether the application may have devices do this. Patterns are `service.method`, `service.*` and `*`; what is denied
   * stays denied whatever is allowed, and an empty list of what is allowed allows everything else.
   */
  mayCall({ methods: { allow, deny } }: Pick<RightsHolder, 'methods'>, asked: AskedMethod): boolean {
    if (deny.some((pattern) => covers(pattern, asked))) return false;
    return allow.length === 0 || allow.some((pattern) => covers(pattern, asked));
  },

  /** Whether the caller may act for this owner: it is the owner, or the owner has authorised it. */
  actsFor({ id, authorisedBy }: Pick<RightsHolder, 'id' | 'authorisedBy'>, owner: string): boolean {
    return id === owner || authorisedBy.includes(owner);
  },
};

/** Whole names only: a service's own name may hold dots. */
function covers(pattern: string, { service, method }: AskedMethod): boolean {
  return pattern === '*' || pattern === `${service}.*` || pattern === `${service}.${method}`;
}
