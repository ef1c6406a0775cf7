export type JsonValue = null | boolean | number | string | JsonValue[] | { [member: string]: JsonValue };
