import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * Runs a script that a package would run when it is installed, and which `npm ci` leaves out: it downloads much that few need.
 *
 * @returns its exit code; 1 where the package is not there
 */
export function runInstallScript(folder, script, { args = [], env, missing }) {
  const file = path.join(folder, script);
  if (!existsSync(file)) {
    console.error(missing);
    return 1;
  }
  const { status, error } = spawnSync(process.execPath, [file, ...args], {
    cwd: folder,
    stdio: 'inherit',
    env,
  });
  if (error) console.error(error.message);
  return status ?? 1;
}
