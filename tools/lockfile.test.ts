import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

type Locked = { optionalDependencies?: Record<string, string>; integrity?: string; link?: boolean; inBundle?: boolean };

/**
 * @returns the folder in which Node finds package `name` for the package at `path`, searching upwards from its own
 * folder
 */
function resolve(packages: Record<string, Locked>, path: string, name: string): string | undefined {
  const parents = path.split('/node_modules/');
  return parents
    .map((_, depth) => parents.slice(0, parents.length - depth).join('/node_modules/'))
    .concat('')
    .map((folder) => (folder ? `${folder}/node_modules/${name}` : `node_modules/${name}`))
    .find((candidate) => candidate in packages);
}

// A lockfile written on one system may omit the binaries of the others; npm 11 then rejects `npm ci` everywhere.
test('the lockfile lists the binary packages of every system', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> };
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !resolve(packages, path, name)),
  );

  expect(missing).toEqual([]);
  expect(packages).toHaveProperty(['node_modules/@next/swc-darwin-arm64']);
});

test('every package in the lockfile is verified by its hash', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> };
  const unverified = Object.entries(packages)
    .filter(([path, { integrity, link, inBundle }]) => path !== '' && !integrity && !link && !inBundle)
    .map(([path]) => path);
  expect(unverified).toEqual([]);
});
