import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IGNORED = new Set(['node_modules', '.git', '.weatherline', 'out']);

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (IGNORED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

const FILES = filesBelow('.');
const SOURCES = FILES.filter((file) => /\.(ts|js)$/.test(file));

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found = text.matchAll(
    /^(?:import|export)\s[^'`;]*?from '([^']+)'|^import '([^']+)'|\bimport(?:\.meta\.resolve)?\('([^']+)'\)/gm,
  );
  return [...found].map(([, from, bare, lazy]) => from ?? bare ?? lazy ?? '');
}

/** DESIGN §10: who may import whom. Later layers may import earlier ones. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  'packages/events': [],
  'packages/runtime': ['events'],
  'packages/adapters': ['events', 'runtime'],
  'packages/testkit': ['events', 'runtime'],
  'packages/secrets-init': ['runtime'],
  'functions/fetch': ['events', 'runtime'],
  'functions/transform': ['events', 'runtime'],
  'functions/upload': ['events', 'runtime'],
  gateway: ['events', 'runtime'],
  cli: ['events', 'runtime', 'adapters', 'testkit', 'fetch', 'transform', 'upload', 'gateway'],
};

for (const [folder, allowed] of Object.entries(MAY)) {
  test(`${folder} imports only ${allowed.join(', ') || 'nothing of ours'}`, (t) => {
    const sources = SOURCES.filter((file) => file.startsWith(`${folder}/src/`) || file === `${folder}/main.ts`);
    t.true(sources.length > 0, `${folder} has sources`);
    for (const file of sources) {
      // main.ts alone chooses adapters.
      const mayAlso = file === `${folder}/main.ts` ? ['adapters'] : [];
      for (const name of importsOf(file)) {
        const [, ours] = /^@weatherline\/([^/]+)/.exec(name) ?? [];
        if (ours !== undefined) t.true([...allowed, ...mayAlso].includes(ours), `${file} imports ${name}`);
        if (name.startsWith('.'))
          t.false(relative(folder, join(file, '..', name)).startsWith('..'), `${file} reaches ${name}`);
      }
    }
  });
}

test('packages/events and the functions do no I/O of their own', (t) => {
  for (const file of SOURCES.filter((name) => /^(packages\/events|functions\/\w+)\/src\//.test(name))) {
    for (const name of importsOf(file))
      t.notRegex(name, /^(node:|kafkajs|@aws-sdk\/|koa|node-vault|@kubernetes\/)/, file);
  }
});

test('only secrets-init speaks to Vault', (t) => {
  for (const file of SOURCES.filter((name) => importsOf(name).includes('node-vault'))) {
    t.regex(file, /^packages\/secrets-init\/src\//);
  }
  t.true(SOURCES.some((file) => importsOf(file).includes('node-vault')));
});

test('every dependency that a package declares is imported, and every import is declared', (t) => {
  const manifests = FILES.filter((file) => file.endsWith('package.json') && file !== 'package.json');
  for (const manifest of manifests) {
    const folder = manifest.slice(0, -'/package.json'.length);
    if (folder === 'test') continue;
    const parsed = JSON.parse(readFileSync(join(ROOT, manifest), 'utf8'));
    const declared = Object.keys(parsed.dependencies ?? {});
    const used = new Set(
      SOURCES.filter((file) => file.startsWith(`${folder}/src/`) || file === `${folder}/main.ts`)
        .flatMap(importsOf)
        .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
        .map((name) =>
          name
            .split('/')
            .slice(0, name.startsWith('@') ? 2 : 1)
            .join('/'),
        ),
    );
    t.deepEqual(declared.toSorted(), [...used].toSorted(), manifest);
  }
});

test('every file that imports ava is one that ava finds', (t) => {
  const tests = SOURCES.filter((file) => importsOf(file).includes('ava') && !file.includes('/src/'));
  t.true(tests.length > 10);
  for (const file of tests) {
    const isFound =
      file.endsWith('.test.ts') && /^((packages|functions)\/[^/]+\/test|(gateway|cli)\/test|test)\//.test(file);
    t.true(isFound || /^import type \{[^}]*\} from 'ava';$/m.test(readFileSync(join(ROOT, file), 'utf8')), file);
  }
});

test('source files are short enough to read at one sitting', (t) => {
  for (const file of SOURCES.filter((name) => name.includes('/src/'))) {
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n').length;
    t.true(lines <= 300, `${file} has ${lines} lines`);
  }
});

test('no source holds any, a non-null assertion or a suppressed type error', (t) => {
  for (const file of SOURCES.filter((name) => /\/src\/|\/main\.ts$/.test(name))) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    t.notRegex(text, /[:<]\s*any\b|@ts-(ignore|expect-error|nocheck)|[\w)\]]!(?=[.;,)\]])/, file);
  }
});

test('nothing names a machine, a mirror or a registry', (t) => {
  const unwanted = [
    ['/work', 'main'].join('/'),
    ['/root', '/'].join(''),
    ['registry', 'npmjs'].join('.'),
    ['verda', 'ccio'].join(''),
    ['arti', 'factory'].join(''),
  ];
  for (const file of FILES) {
    if (/\.(png|csv|sqlite)$/.test(file)) continue;
    const text = readFileSync(join(ROOT, file), 'utf8');
    for (const word of unwanted) t.false(text.includes(word), `${file} names ${word}`);
  }
});
