/** What a value may be. Bounds are inclusive; lengths count characters (code points). */
export type ValueType =
  | {
      readonly type: 'integer' | 'decimal';
      readonly min?: number | undefined;
      readonly max?: number | undefined;
      /** Counted from `min`, or from 0 without one. */
      readonly step?: number | undefined;
    }
  | { readonly type: 'boolean' }
  | { readonly type: 'text'; readonly minLength?: number | undefined; readonly maxLength?: number | undefined }
  | { readonly type: 'enum'; readonly values: readonly (string | number)[] }
  /** RFC 3339 with a zone, as text. */
  | { readonly type: 'time' }
  | { readonly type: 'object'; readonly members: readonly Parameter[] }
  | {
      readonly type: 'array';
      readonly items: ValueType;
      readonly minItems?: number | undefined;
      readonly maxItems?: number | undefined;
    }
  | { readonly type: 'any' };

export type Parameter = ValueType & {
  readonly name: string;
  /** Default false. */
  readonly required?: boolean | undefined;
};

export interface ModelMethod {
  readonly name: string;
  /** Left out: whatever is sent. An empty list: none. */
  readonly parameters?: readonly Parameter[] | undefined;
}

/** What the devices of a product can be asked for, in canonical words, whatever vendor's format it came from. */
export interface ProductModel {
  readonly services: readonly { readonly id: string; readonly methods: readonly ModelMethod[] }[];
}
