import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { updateReference } from './docs.ts';
import { inProject } from './testing/paths.ts';

/** Documentation names files by path; moving a file must not leave a stale path behind. */

const documents = ['README.md', ...markdownIn('docs')];

function markdownIn(folder: string): string[] {
  return readdirSync(inProject(folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}

const sourceFolders = ['app', 'components', 'docs', 'drizzle', 'lib', 'server', 'tools', '.ci'];
const pathPattern = new RegExp(`^(?:${sourceFolders.map((name) => name.replace('.', '\\.')).join('|')})/\\S+$`);

/** Paths within inline code. Placeholders such as `server/routers/<noun>.ts` name no particular file. */
function pathsIn(markdown: string): string[] {
  const withoutBlocks = markdown.replace(/^```[\s\S]*?^```/gm, '');
  return [...withoutBlocks.matchAll(/`([^`\n]+)`/g)]
    .flatMap(([, code]) => code!.split(/\s+/))
    .map((word) => word.replace(/^@\//, ''))
    .filter((word) => pathPattern.test(word) && !/[<>…]/.test(word));
}

/** Whether a file or folder exists; `*` stands for any part of a name. */
function exists(file: string): boolean {
  if (!file.includes('*')) return existsSync(inProject(file));
  const folder = inProject(path.dirname(file));
  const parts = path.basename(file).split('*');
  const [start, end] = [parts[0]!, parts.at(-1)!];
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(start) && name.endsWith(end));
}

/** Targets of relative links, without their anchors. */
const linksIn = (markdown: string): string[] =>
  [...markdown.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!.split('#')[0]!)
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));

describe.each(documents)('%s', (document) => {
  const markdown = readFileSync(inProject(document), 'utf8');

  it('names only files and folders that exist', () => {
    expect(pathsIn(markdown).filter((file) => !exists(file))).toEqual([]);
  });

  it('links only to files that exist', () => {
    const folder = path.dirname(inProject(document));
    expect(linksIn(markdown).filter((target) => !existsSync(path.resolve(folder, target)))).toEqual([]);
  });
});

it('has the current flags in docs/REFERENCE.md, as `npm run docs` writes them', () => {
  const markdown = readFileSync(inProject('docs/REFERENCE.md'), 'utf8');
  expect(updateReference(markdown)).toBe(markdown);
  expect(markdown).toContain('| `--n_unfreeze` | 0 | 0…102 |');
});

it('recognizes paths in inline code, but neither placeholders nor code blocks', () => {
  const markdown = '`lib/a.ts` `npm test -- server/b.test.ts` `server/<noun>.ts` `@/lib/c.ts`\n```\n`lib/d.ts`\n```\n';
  expect(pathsIn(markdown)).toEqual(['lib/a.ts', 'server/b.test.ts', 'lib/c.ts']);
  expect(exists('tools/no-such-file.ts')).toBe(false);
  expect(exists('tools/bench-*.ts')).toBe(true);
  expect(exists('tools/no-such-*.ts')).toBe(false);
});
