import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs a program in the repository, its output shown, without standard input. Gives its exit code; 1 when it could not start. */
export function runProgram(command, args, { env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    child.once('error', (reason) => {
      console.error(String(reason));
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Runs a script of a dependency with this Node, so that nothing needs to be installed globally. */
export const runScript = (script, args, options) => runProgram(process.execPath, [script, ...args], options);
