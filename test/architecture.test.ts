import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../src');
/** Each folder may import itself and the lines before its own; folders on one line never import each other. */
const HOUSE = [
  ['model'],
  ['util'],
  ['scenario', 'terminal'],
  ['lab'],
  ['check'],
  ['session'],
  ['tui', 'validate', 'author'],
  ['cli'],
];

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
const imports = new Map(
  files.map((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => specifier!);
    return [file, specifiers] as const;
  }),
);
const local = (file: string): string[] =>
  imports
    .get(file)!
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => relative(root, join(root, dirname(file), specifier)));

const room = (file: string): string => (file.includes('/') ? file.split('/')[0]! : 'main');
const floor = (file: string): number =>
  room(file) === 'main' ? HOUSE.length : HOUSE.findIndex((line) => line.includes(room(file)));

describe('the house', () => {
  it('has a place for every folder', () => {
    expect(files.filter((file) => floor(file) < 0)).toEqual([]);
  });

  it('lets data flow one way: a folder imports only folders above it', () => {
    const violations = files.flatMap((file) =>
      local(file)
        .filter((target) => room(file) !== room(target) && floor(target) >= floor(file))
        .map((target) => `${file} imports ${target}`),
    );
    expect(violations).toEqual([]);
  });

  it('has no circle of imports', () => {
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, path: string[]) => {
      if (path.includes(file)) return void circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (done.has(file) || !imports.has(file)) return;
      for (const target of local(file)) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });

  it.each([
    ['react', /^tui\//],
    ['ink', /^tui\//],
    ['pg', /^check\//],
    ['dockerode', /^lab\/docker\//],
    ['@lydell/node-pty', /^$/],
    ['marked', /^(scenario|tui)\//],
    ['zod/mini', /^(model|lab|scenario|session)\//],
  ])('keeps %s to its room', (library, allowed) => {
    const users = files.filter((file) => imports.get(file)!.includes(library));
    expect(users.filter((file) => !allowed.test(file))).toEqual([]);
  });
});
