/** Jest's globalTeardown: the keeper stops its servers, sweeps what specs left behind, and ends when its standard input does. */
export default async function stopServers() {
  const { keeper, exited } = globalThis.downlinkTestKeeper;
  keeper.stdin.end();
  await exited;
}
