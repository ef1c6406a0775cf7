import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { RequestMethod, type Type } from '@nestjs/common';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { HUAWEI_ERRORS } from './errors/error-table.js';
import { HuaweiModule } from './huawei.module.js';
import { readGolden } from './spec-support/read-golden.js';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const GOLDENS = readdirSync(new URL('golden/', import.meta.url)).map((file) => file.replace('.json', ''));
const rows = README.split('\n').filter((line) => line.startsWith('| '));

/** `GET /iocm/…/{id}` of every route, from the controllers' own metadata. */
function routes(): string[] {
  const controllers = HuaweiModule.forRoot({} as NorthboundPorts).controllers as Type[];
  return controllers.flatMap((controller) => {
    const prefix = Reflect.getMetadata(PATH_METADATA, controller) as string;
    const { prototype } = controller as { prototype: Record<string, object> };
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const method = Reflect.getMetadata(METHOD_METADATA, prototype[name]!) as RequestMethod | undefined;
      if (method === undefined) return [];
      const path = Reflect.getMetadata(PATH_METADATA, prototype[name]!) as string;
      const whole = `/${prefix}/${path === '/' ? '' : path}`.replace(/\/$/, '').replace(/:(\w+)/g, '{$1}');
      return [`${RequestMethod[method]} ${whole}`];
    });
  });
}

describe('the README', () => {
  it('has every call once, as covered, with a golden exchange', () => {
    const served = routes();
    expect(served.length).toBeGreaterThan(15);
    for (const route of served) {
      const [row, second] = rows.filter((line) => line.startsWith(`| \`${route}\``));
      expect([route, row]).toEqual([route, expect.stringMatching(/\| yes.*\| `[a-z-]+\.json`/)]);
      expect([route, second]).toEqual([route, undefined]);
    }
  });

  it('names as covered only what is served', () => {
    const covered = rows.flatMap((line) => /^\| `([A-Z]+ \/iocm\/[^`]*)`[^|]*\| yes/.exec(line)?.[1] ?? []);
    expect(covered.toSorted()).toEqual(routes().toSorted());
  });

  it.each(GOLDENS)('names the golden file %s, which names its source', (name) => {
    expect(README).toContain(`\`${name}.json\``);
    expect(readGolden<{ source: string }>(name).source).toMatch(/Huawei|SDK/);
  });

  it('has every code that the room answers with, once, and what leads to it', () => {
    const table = README.slice(README.indexOf('## Errors'), README.indexOf('## Decisions')).split('\n');
    for (const code of new Set(Object.values(HUAWEI_ERRORS).map((error) => error.code))) {
      const found = table.filter((line) => line.startsWith(`| ${code} |`));
      expect([code, found.length]).toEqual([code, 1]);
      expect(found[0]).not.toContain('| none');
    }
  });
});
