/** What JSON can say. Parameters and results are carried as they came, never interpreted here. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [member: string]: Json;
}
