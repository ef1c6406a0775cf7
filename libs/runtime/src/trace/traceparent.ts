import { randomBytes } from 'node:crypto';

/** The parts of a traceparent (W3C Trace Context, level 1, §3.2); ids in lower-case hex. */
export interface TraceContext {
  /** 32 hex digits, the same over the whole journey of a command. */
  readonly traceId: string;
  /** 16 hex digits, one hop of the journey. */
  readonly parentId: string;
  readonly sampled: boolean;
}

/** Later versions may append fields after another dash (§4.3); version ff and all-zero ids are invalid. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a traceparent; undefined when it is missing or malformed, which is never an error: a new trace starts instead. */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  const [, version, traceId, parentId, flags, more] = TRACEPARENT.exec(header ?? '') ?? [];
  if (!traceId || !parentId || !flags || (version === '00' && more !== undefined)) return undefined;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Writes a traceparent of version 00. */
export function formatTraceparent(trace: TraceContext): string {
  return `00-${trace.traceId}-${trace.parentId}-${trace.sampled ? '01' : '00'}`;
}

/** A traceparent that begins a new trace, sampled. */
export function newTraceparent(): string {
  return formatTraceparent({ traceId: randomHex(16), parentId: randomHex(8), sampled: true });
}

/** The next hop of the trace given, or a new trace when there is none or it is malformed. */
export function continueTraceparent(header: string | undefined): string {
  const trace = parseTraceparent(header);
  return trace ? formatTraceparent({ ...trace, parentId: randomHex(8) }) : newTraceparent();
}

function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
