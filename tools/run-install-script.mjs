import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * Runs a package's install script, which `npm ci` skips because it downloads large files that few users need.
 *
 * @param missing printed if the package is not installed
 * @returns the script's exit code; 1 if the package is not installed
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
