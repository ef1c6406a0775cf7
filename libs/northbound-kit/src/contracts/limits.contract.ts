import { expect, it } from '@jest/globals';
import type { Application } from '@downlink/command-engine';
import { ContractClient } from './contract-client.js';
import type { DialectSubject } from './dialect-subject.js';

type Limits = Partial<Pick<Application, 'callsPerMinute' | 'methods'>>;

const FREE: Limits = { callsPerMinute: 0, methods: { allow: [], deny: [] } };

/** Quotas and rights of applications hold in every dialect, in the vendor's words. */
export function limitsContract(subject: DialectSubject): void {
  const client = new ContractClient(subject);
  const post = () => client.post(client.good());

  async function limited(limits: Limits, then: () => Promise<unknown>): Promise<void> {
    await apply(limits);
    try {
      await then();
    } finally {
      await apply(FREE);
    }
  }
  async function apply(limits: Limits): Promise<void> {
    const { registry } = subject.running().ports;
    const { id, name } = (await registry.application(subject.applicationId))!;
    await registry.apply({ applications: [{ id, name, credentials: {}, ...limits }], products: [], devices: [] });
  }

  it('refuses what is over the calls of a minute, until the minute is over', async () => {
    await limited({ callsPerMinute: 2 }, async () => {
      const answers = [];
      // Five, because a minute may end in between.
      for (let n = 0; n < 5; n++) answers.push(await post());
      const last = await client.refused(post);
      subject.expectThrottled(last);
      expect(answers.filter(({ body }) => body !== last.body).length).toBeGreaterThanOrEqual(1);
    });
    await client.created();
  });

  const { service, method } = subject.asked;
  it.each<[string, Application['methods']]>([
    ['is denied', { allow: [], deny: [`${service}.${method}`] }],
    ['is denied with its service', { allow: [], deny: [`${service}.*`] }],
    ['is not among what is allowed', { allow: ['something.else'], deny: [] }],
    ['is denied as well as allowed', { allow: ['*'], deny: ['*'] }],
  ])('refuses a method that %s', async (_, methods) => {
    await limited({ methods }, async () => subject.expectForbidden(await client.refused(post)));
  });

  it.each<[string, Application['methods']]>([
    ['is allowed', { allow: [`${service}.${method}`], deny: [] }],
    ['is allowed with its service', { allow: [`${service}.*`], deny: ['something.else'] }],
  ])('takes a method that %s', async (_, methods) => {
    await limited({ methods }, () => client.created());
  });
}
