import type { Json, JsonObject } from '@downlink/command-domain';
import type { EnosState } from '../status-map.js';
import type { Name18n } from './fields.js';

/** A command as EnOS shows it (Get Command, Command Struct). A type and not an interface, so that it is a `JsonObject`. */
export type CommandStruct = {
  readonly commandId: string;
  readonly orgId: string | null;
  readonly productKey: string | null;
  readonly deviceKey: string | null;
  readonly assetId: string | null;
  /** ms since 1970: a number where commands are searched, text everywhere else. */
  readonly createTime: number | string;
  /** On the clock of the device, `2019-08-13 09:32:11`; the vendor spells it in two ways. */
  readonly createLocaltime: string;
  readonly createLocalTime: string;
  /** 1: a measurement point is set, 2: a service is called. */
  readonly commandType: 1 | 2;
  readonly commandName: Name18n;
  /** seconds */
  readonly timeout: number;
  /** seconds */
  readonly pendingTtl: number;
  readonly state: EnosState;
  readonly tslIdentifier: string;
  /** Of a measurement point its value, of a service its inputs. */
  readonly inputData: Json;
  readonly outputData: JsonObject | null;
};
