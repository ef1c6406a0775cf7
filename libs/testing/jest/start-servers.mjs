import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Jest's globalSetup: starts the keeper of the shared servers; the servers themselves start when a spec first asks for one. */
export default async function startServers() {
  process.env.DOWNLINK_TEST_RUN = `run-${process.pid}-${Date.now()}`;
  const keeper = spawn(
    process.execPath,
    ['--import', new URL('typescript.mjs', import.meta.url).href, here('../src/keeper/main.ts')],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const exited = once(keeper, 'exit');
  const firstLine = once(createInterface({ input: keeper.stdout }), 'line');
  const [url] = await Promise.race([
    firstLine,
    exited.then(([code]) => {
      throw new Error(`the keeper of the test servers ended with ${code}`);
    }),
  ]);
  process.env.DOWNLINK_TEST_KEEPER = url;
  globalThis.downlinkTestKeeper = { keeper, exited };
}
