import { ErrorAnswer, type Answer } from '@downlink/northbound-kit';
import { HUAWEI_ERRORS, type HuaweiErrorName } from './error-table.js';

/** Our own addition: what exactly was wrong, in a header, since the vendor's body has no room for it. */
export const DETAIL_HEADER = 'downlink-detail';
const MAX_DETAIL = 500;

/** The error as the vendor writes it: `{"error_code","error_desc"}`. The status may differ where no document gives one. */
export function errorAnswer(name: HuaweiErrorName, detail?: string, status?: number): Answer {
  const { code, text, status: documented } = HUAWEI_ERRORS[name];
  const body = JSON.stringify({ error_code: code, error_desc: text });
  const answer = { status: status ?? documented, body };
  return detail === undefined ? answer : { ...answer, headers: { [DETAIL_HEADER]: headerText(detail) } };
}

/** To be thrown: ends the request with this error. */
export function huaweiError(name: HuaweiErrorName, detail?: string): ErrorAnswer {
  return new ErrorAnswer(errorAnswer(name, detail));
}

/** Header values are printable ASCII; whatever else the caller sent is not repeated. */
function headerText(detail: string): string {
  return detail.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_DETAIL);
}
