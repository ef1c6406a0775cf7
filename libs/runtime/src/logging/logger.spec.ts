import { describe, expect, it } from '@jest/globals';
import { withTrace } from '../trace/trace-context.js';
import { createLogger, type Logger, type LoggerOptions } from './logger.js';
import { NestLogger } from './nest-logger.js';

function recorder(options: Partial<LoggerOptions> = {}): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const logger = createLogger({ service: 'dispatcher', destination: { write: (l) => lines.push(l) }, ...options });
  return { logger, lines };
}

function entry(write: (logger: Logger) => void, options?: Partial<LoggerOptions>): Record<string, unknown> {
  const { logger, lines } = recorder(options);
  write(logger);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

class BrokerGone extends Error {
  readonly code = 'BROKER_GONE';
  readonly retryable = true;
  readonly request = { headers: { authorization: 'Bearer abcdefgh12345678' } };
}

describe('the log', () => {
  it('is one JSON line with time, level and service', () => {
    const line = entry((logger) => logger.info({ device: 'd1' }, 'attempt sent'));
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      service: 'dispatcher',
      device: 'd1',
      msg: 'attempt sent',
    });
  });

  it('prints code and retryable of an error under any name, its stack and cause, and not what a driver hung on it', () => {
    const error = new BrokerGone('no broker', { cause: new Error('connection refused') });
    for (const name of ['err', 'error', 'reason']) {
      const line = entry((logger) => logger.error({ [name]: error }, 'publish failed'));
      expect(line[name]).toEqual({
        type: 'Error',
        message: 'no broker',
        code: 'BROKER_GONE',
        retryable: true,
        stack: expect.stringContaining('logger.spec'),
        cause: expect.objectContaining({ message: 'connection refused' }),
      });
    }
  });

  it('carries the trace id inside a trace', () => {
    const traceId = 'a'.repeat(32);
    const line = entry((logger) => withTrace(`00-${traceId}-${'b'.repeat(16)}-01`, () => logger.info('x')));
    expect(line['traceId']).toBe(traceId);
  });

  it('prints a 63-bit id digit for digit, wherever it stands', () => {
    const id = 9_223_372_036_854_775_807n;
    const text = 'ids [9223372036854775807], "quoted": 9223372036854775807';
    const line = entry((logger) =>
      logger.child({ id }).info({ command: { ids: [id] }, ratio: 0.1234567890123456 }, text),
    );
    expect(line).toMatchObject({
      id: String(id),
      command: { ids: [String(id)] },
      ratio: 0.1234567890123456,
      msg: text,
    });
  });
});

describe('redaction', () => {
  const secret = 'hunter2hunter2';

  it.each([
    ['an authorization header', (l: Logger) => l.info({ req: { headers: { Authorization: `Bearer ${secret}` } } })],
    ['a member of any depth', (l: Logger) => l.info({ a: [{ b: { appSecret: secret } }] })],
    ['a secret that is a list', (l: Logger) => l.info({ secrets: [secret] })],
    ['a child binding', (l: Logger) => l.child({ accessToken: secret }).info('x')],
    ['a cookie', (l: Logger) => l.info({ 'set-cookie': secret })],
    ['an API key', (l: Logger) => l.info({ adminKey: secret, 'x-api-key': secret })],
    ['a URL with credentials', (l: Logger) => l.warn({ callbackUrl: `https://user:${secret}@app.example/cb` })],
    [
      'a URL that carries a token',
      (l: Logger) => l.warn(`POST https://app.example/cb?id=1&access_token=${secret}&x=2`),
    ],
    ['a bearer token in a message', (l: Logger) => l.error(`refused: Bearer ${secret}`)],
    ['the message of an error', (l: Logger) => l.error(new Error(`cannot reach postgres://app:${secret}@db/x`))],
    [
      'the message of a cause',
      (l: Logger) => l.error({ err: new Error('x', { cause: new Error(`password=${secret}`) }) }),
    ],
  ])('hides %s', (_, write) => {
    for (const format of ['json', 'line'] as const) {
      const { logger, lines } = recorder({ format });
      write(logger);
      expect(lines.join('')).toContain('[redacted]');
      expect(lines.join('')).not.toContain(secret);
    }
  });

  it('leaves alone what only sounds like a secret', () => {
    const harmless = { productKey: 'pk1', key: 'device-1', tokenExpired: true, secret: null, note: 'token expired' };
    expect(entry((logger) => logger.info(harmless, 'basic setup'))).toMatchObject({ ...harmless, msg: 'basic setup' });
  });
});

describe('the line for people', () => {
  const line = (write: (logger: Logger) => void): string => {
    const { logger, lines } = recorder({ format: 'line' });
    write(logger);
    return lines.join('');
  };

  it('is one line: time, level, service, message, details', () => {
    expect(line((l) => l.info({ device: 'd 1', attempt: 2 }, 'attempt\nsent'))).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info {2}dispatcher {2}attempt sent device="d 1" attempt=2\n$/,
    );
  });

  it('shows the code of an error that has one, and the stack of a bug', () => {
    const fault = line((l) => l.error({ err: new BrokerGone('no broker') }, 'publish failed'));
    expect(fault).toMatch(/publish failed error="no broker" code=BROKER_GONE retryable=true\n$/);
    const bug = line((l) => l.error(new TypeError('x is undefined')));
    expect(bug.split('\n')[0]).toMatch(/x is undefined$/);
    expect(bug).toMatch(/\n {4}TypeError: x is undefined\n {8}at /);
  });
});

describe('NestLogger', () => {
  const viaNest = (write: (nest: NestLogger) => void): Record<string, unknown> =>
    entry((logger) => write(new NestLogger(logger)), { level: 'trace' });

  it('keeps the bootstrapping noise of Nest at debug', () => {
    expect(viaNest((nest) => nest.log('Mapped {/x, GET} route', 'RouterExplorer'))).toMatchObject({
      level: 'debug',
      context: 'RouterExplorer',
    });
    expect(viaNest((nest) => nest.log('hello', 'CommandService'))).toMatchObject({ level: 'info', msg: 'hello' });
  });

  it('takes the stack and the context out of what Nest passes with an error', () => {
    const stack = 'Error: boom\n    at f (file.js:1:2)';
    expect(viaNest((nest) => nest.error('boom', stack, 'ExceptionsHandler'))).toMatchObject({
      level: 'error',
      context: 'ExceptionsHandler',
      err: { message: 'boom', stack },
    });
    expect(viaNest((nest) => nest.warn({ id: 7n }, 'more', 'Ctx'))).toMatchObject({
      context: 'Ctx',
      details: [{ id: 7 }, 'more'],
    });
    expect(viaNest((nest) => nest.error(new BrokerGone('gone')))).toMatchObject({ err: { code: 'BROKER_GONE' } });
  });
});
