import type { AcceptedState, CommandEvent, CommandId, DeviceId, Lane, Signal, Submit } from '@downlink/command-domain';
import type { Outcome } from '../outcome.js';
import type { Changes, CommandStore, Head, Loaded } from '../ports/command-store.port.js';
import type { Mutation } from './world.js';

/** An engine that sees something else than what is there. */
const seeing = (change: (loaded: Loaded) => Partial<Loaded>): Mutation => ({
  store: (store) => ({
    transact: (touch, work) => store.transact(touch, (loaded) => work({ ...loaded, ...change(loaded) })),
  }),
});

const writing = (change: (changes: Changes) => Partial<Changes>) => {
  const changed = (store: CommandStore): CommandStore => ({
    transact: (touch, work) =>
      store.transact(touch, async (loaded) => {
        const { changes, result } = await work(loaded);
        return { changes: { ...changes, ...change(changes) }, result };
      }),
  });
  return changed;
};

const lanes = ({ lanes: all }: Loaded, change: (lane: Lane) => Partial<Lane>): Partial<Loaded> => ({
  lanes: new Map([...all].map(([id, lane]) => [id, { ...lane, ...change(lane) }])),
});

const heads = ({ heads: all }: Loaded, change: (state: AcceptedState) => object): Partial<Loaded> => ({
  heads: new Map(
    [...all].map(([id, head]): [typeof id, Head] => [
      id,
      { ...head, state: { ...head.state, ...change(head.state) } as AcceptedState },
    ]),
  ),
});

/** An engine that is told something else than what happened. */
const hearing = (change: (signal: Signal) => Signal): Mutation => ({
  engine: ({ handle }) => ({
    handle: async (signals) => {
      const outcomes = await handle(signals.map(change));
      return outcomes.map((outcome, index): Outcome => ({ ...outcome, signal: signals[index]! }));
    },
  }),
});

const withCap = (signal: Submit, laneCap: number): Submit => ({
  ...signal,
  request: { ...signal.request, policy: { ...signal.request.policy, laneCap } },
});

/** The change is made in place, as the engine hands the very same events to store, relay and caller. */
const rewriting = (
  change: (event: { -readonly [K in keyof CommandEvent]: CommandEvent[K] } & object) => void,
): Mutation => ({
  store: writing(({ events }) => {
    for (const { event } of events) change(event);
    return {};
  }),
});

const owners = new Map<CommandId, DeviceId>();

/** Engines and stores that are each wrong in one respect, and the rule by which the model has to find them. */
export const MUTATIONS: Readonly<Record<string, { readonly rule: RegExp; readonly mutation: Mutation }>> = {
  'starts a second command while one is in flight': {
    rule: /rule 3: started while/,
    mutation: seeing((loaded) => lanes(loaded, () => ({ inFlight: null }))),
  },
  'takes the last of the queue in place of the first': {
    rule: /rule 3: overtook/,
    mutation: seeing((loaded) => ({
      nextQueued: async (deviceIds, except) => {
        const queues = deviceIds.map((deviceId) => ({ deviceId, applicationId: null, mode: null }));
        const queued = (await loaded.queuedOf(queues)).filter(({ commandId }) => !except.includes(commandId));
        return new Map(
          queued
            .toSorted((a, b) => a.state.lanePosition - b.state.lanePosition)
            .map((head) => [head.state.request.deviceId, head]),
        );
      },
    })),
  },
  'knows no cap': {
    rule: /rule 6: submit was committed, expected was lane-full/,
    mutation: hearing((signal) => (signal.kind === 'submit' ? withCap(signal, 1_000) : signal)),
  },
  'refuses one too early': {
    rule: /rule 6: submit was lane-full, expected was committed/,
    mutation: hearing((signal) =>
      signal.kind === 'submit' ? withCap(signal, signal.request.policy.laneCap - 1) : signal,
    ),
  },
  'cancels what is under way': {
    rule: /rule [124]: /,
    mutation: seeing((loaded) =>
      heads(loaded, ({ status }) =>
        status === 'sending' || status === 'sent' ? { status: 'queued', retryAt: null } : {},
      ),
    ),
  },
  'forgets how often it has tried': {
    rule: /rule (4: \d+ attempts counted|wait)/,
    mutation: seeing((loaded) => heads(loaded, () => ({ tries: 0 }))),
  },
  'takes every answer for the first': {
    rule: /rule 5/,
    mutation: seeing((loaded) =>
      heads(loaded, ({ status, finishedAt }) =>
        status === 'succeeded' || status === 'failed' ? { status: 'delivered', waitUntil: finishedAt! + 1e9 } : {},
      ),
    ),
  },
  'believes an answer of any device': {
    rule: /rule (5|away|11)/,
    mutation: hearing((signal) => {
      if (signal.kind === 'submit') owners.set(signal.commandId, signal.deviceId);
      if (signal.kind !== 'device-answered') return signal;
      return { ...signal, deviceId: owners.get(signal.commandId) ?? signal.deviceId };
    }),
  },
  'drops answers': {
    rule: /rule 5: device-answered was/,
    mutation: {
      engine: ({ handle }) => ({
        handle: async (signals) => {
          const heard = signals.filter(({ kind }) => kind !== 'device-answered');
          const outcomes = await handle(heard);
          return signals.map(
            (signal) =>
              outcomes[heard.indexOf(signal)] ?? {
                kind: 'rejected',
                signal,
                rejection: { code: 'not-due' },
                head: null,
              },
          );
        },
      }),
    },
  },
  'goes by a clock that is two minutes fast': {
    rule: /rule (11|4|1)/,
    mutation: seeing(({ now }) => ({ now: now + 120_000 })),
  },
  'forgets the least wait': {
    rule: /rule wait/,
    mutation: rewriting((event) => {
      if (event.type === 'AttemptStarted') Object.assign(event, { waitUntil: event.at + 1_000 });
    }),
  },
  'does not notice that the lane is blocked': {
    rule: /rule block/,
    mutation: seeing((loaded) => lanes(loaded, () => ({ blockedBy: null }))),
  },
  'sends to devices that have left': {
    rule: /rule away|rule 6: submit was committed, expected was device-unreachable/,
    mutation: seeing((loaded) => lanes(loaded, () => ({ unreachableSince: null }))),
  },
  'leaves the next one waiting': {
    rule: /rule 1: \d+ wait on/,
    mutation: seeing(() => ({ nextQueued: () => Promise.resolve(new Map()) })),
  },
  'makes a second command of a repeated key': {
    rule: /rule 9/,
    mutation: hearing((signal) => {
      if (signal.kind !== 'submit') return signal;
      const { idempotency: _forgotten, ...rest } = signal;
      return rest;
    }),
  },
  'supersedes whatever is queued': {
    rule: /rule (superseded|6)/,
    mutation: hearing((signal) =>
      signal.kind === 'submit' && signal.supersedes !== undefined ? { ...signal, supersedes: 'all' } : signal,
    ),
  },
  'writes a version twice over': {
    rule: /rule 2/,
    mutation: {
      store: writing(({ events }) => ({
        events: events.map((one) => (one.version === 3 ? { ...one, version: 4 } : one)),
      })),
    },
  },
  'forgets pointers of what it never published': {
    rule: /rule 8/,
    mutation: { forgets: ({ event }) => event.type === 'AttemptSent' },
  },
  'stores a head that is not the fold': {
    rule: /toEqual|rule/,
    mutation: {
      beneath: writing(({ heads: all }) => ({
        heads: all.map((head) => ({ ...head, state: { ...head.state, attempts: head.state.attempts + 1 } })),
      })),
    },
  },
  'counts an entry of the queue twice': {
    rule: /rule (6|3|1)/,
    mutation: {
      beneath: writing(({ lanes: all }) => ({
        lanes: all.map((lane) => (lane.queued > 0 ? { ...lane, queued: lane.queued + 1 } : lane)),
      })),
    },
  },
};
