import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';

/** What code finds at run time by its own address, which is another one in a bundle. */
export type Found = {
  /** From the root of the repository. */
  readonly module: string;
  readonly source: string;
  /** Its place beside the bundle. */
  readonly target: string;
  /** Code has a bundle of its own (a thread, a process); data is copied. */
  readonly isCode: boolean;
};

const BY_URL = /new URL\(\s*(['"])([^'"]+)\1\s*,\s*import\.meta\.url\s*\)/g;
const BY_NAME = /import\.meta\.resolve\(\s*(['"])([^'"]+)\1\s*\)/g;

const at = (target: string): string => `new URL('./${target}', import.meta.url)`;

/** Rewrites addresses that our own code takes from `import.meta`, and tells what has to be found there. */
export function filesByUrl(root: string, found: Found[]): Plugin {
  return {
    name: 'files by URL',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (path.includes(`${sep}node_modules${sep}`)) return undefined;
        const contents = rewritten(readFileSync(path, 'utf8'), path, root, found);
        return { contents, loader: 'ts' };
      });
    },
  };
}

function rewritten(text: string, path: string, root: string, found: Found[]): string {
  const module = fromRoot(root, path);
  const contents = text
    .replaceAll(BY_URL, (_, _quote, reference: string) => {
      const source = fileURLToPath(new URL(reference, pathToFileURL(path)));
      if (!existsSync(source)) throw new Error(`${module} reads ${reference}, which is not there`);
      const isCode = source.endsWith('.ts');
      const place = fromRoot(root, source);
      const target = isCode ? `${place.replace(/\.ts$/, '').replaceAll('/', '-')}.mjs` : `files/${place}`;
      found.push({ module, source, target, isCode });
      return at(target);
    })
    .replaceAll(BY_NAME, (_, _quote, name: string) => {
      const source = createRequire(path).resolve(name);
      found.push({ module, source, target: `files/${name}`, isCode: false });
      return `${at(`files/${name}`)}.href`;
    });
  const rest = contents.replaceAll(/new URL\('\.\/[^']+', import\.meta\.url\)|import\.meta\.main\b/g, '');
  if (/import\.meta\b/.test(rest)) {
    throw new Error(`${module} uses import.meta in a way that the images' build does not know`);
  }
  return contents;
}

function fromRoot(root: string, path: string): string {
  return relative(root, path).replaceAll(sep, '/');
}
