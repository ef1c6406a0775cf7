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
  /** RFC 3339 with a zone, or the basic form of ISO 8601 in UTC (20261121T080000Z), as text. */
  | { readonly type: 'time' }
  | { readonly type: 'object'; readonly members: readonly Parameter[] }
  | {
      readonly type: 'array';
      readonly items: ValueType;
      readonly minItems?: number | undefined;
      readonly maxItems?: number | undefined;
    }
  | { readonly type: 'any' };

/** What a member of a model is called, and what only some vendors say of it. */
interface Named {
  readonly name: string;
  /** The vendor's numeric id, for wire formats that use it. */
  readonly number?: number | undefined;
  /** For people: `°C`, `kWh`. */
  readonly unit?: string | undefined;
}

export type Parameter = ValueType &
  Named & {
    /** Default false. */
    readonly required?: boolean | undefined;
  };

/** A value that the device holds (a property, a measurepoint), and what may be done with it. */
export type Property = ValueType & Named & { readonly access: 'read' | 'write' | 'read-write' };

export interface ModelMethod {
  readonly name: string;
  /** Left out: whatever is sent. An empty list: none. */
  readonly parameters?: readonly Parameter[] | undefined;
  /** What the device answers with. It describes; answers are never refused for it. */
  readonly responses?: readonly Parameter[] | undefined;
}

/** What the devices of a product can be asked for, in canonical words, whatever vendor's format it came from. */
export interface ProductModel {
  readonly services: readonly { readonly id: string; readonly methods: readonly ModelMethod[] }[];
  readonly properties?: readonly Property[] | undefined;
}

/** The method of a service that has none of its own and is simply called (EnOS invokeService, Quectel sendServiceData). */
export const INVOKE = 'invoke';

/**
 * The service that stands for a device's properties. Its methods are `write`, with parameters `{ [name]: value }`, and
 * `read`, with `{ names: [name, …] }` (EnOS setMeasurepoint; Quectel writeData and readData).
 */
export const PROPERTIES = 'properties';

/** The service that stands for bytes as they are; its method is `send`, with `{ encoding: 'hex' | 'text', data }` (Quectel raw/sendData). */
export const RAW = 'raw';
