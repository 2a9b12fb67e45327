import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build, type Metafile } from 'esbuild';
import * as v from 'valibot';
import { filesByUrl, type Found } from './files-by-url.ts';

export type Bundle = {
  /** The one file that is run. */
  readonly file: string;
  readonly bytes: number;
  /** Files that went into it, from the root of the repository: code, and what is copied beside it. */
  readonly inputs: readonly string[];
  /** By the name of each bundle: where its code comes from. They stay out of the image. */
  readonly sourceMaps: ReadonlyMap<string, string>;
};

// kafkajs and others are CommonJS and ask for Node's own modules by require.
const BANNER = "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);";

/** One file of a deployable's `main.ts` and all it imports; beside it the threads it starts and the files it reads. */
export async function bundle(root: string, main: string, outDir: string): Promise<Bundle> {
  await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  const inputs = new Set<string>();
  const sourceMaps = new Map<string, string>();
  const done = new Set<string>();
  const waiting = [{ source: main, target: 'main.mjs' }];
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    if (done.has(entry.target)) continue;
    done.add(entry.target);
    const made = await bundleOne(root, entry.source, join(outDir, entry.target));
    sourceMaps.set(entry.target, made.sourceMap);
    for (const input of made.inputs) inputs.add(input);
    for (const { source, target, isCode } of made.found) {
      if (isCode) waiting.push({ source, target });
      else {
        await copyData(source, join(outDir, target));
        inputs.add(relative(root, source));
      }
    }
  }
  await openToAll(outDir);
  const file = join(outDir, 'main.mjs');
  return { file, bytes: (await stat(file)).size, inputs: [...inputs].toSorted(), sourceMaps };
}

/** What somebody else recorded goes nowhere without the word on where it is from. */
async function copyData(source: string, target: string): Promise<void> {
  await cp(source, target, { recursive: true });
  const word = join(dirname(source), 'LICENSE-DATA.md');
  if (existsSync(word)) await cp(word, join(dirname(target), 'LICENSE-DATA.md'));
}

type Made = { readonly inputs: readonly string[]; readonly found: readonly Found[]; readonly sourceMap: string };

async function bundleOne(root: string, source: string, outfile: string): Promise<Made> {
  const found: Found[] = [];
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    // Node 24 has `await using`; a helper in its place would stand in every stack trace.
    supported: { using: true },
    format: 'esm',
    minify: true,
    // A stack trace names functions as the sources do; `trace.ts` finds the lines.
    keepNames: true,
    sourcemap: 'external',
    sourcesContent: false,
    // Licences are written out whole, beside the bundle.
    legalComments: 'none',
    logLevel: 'error',
    metafile: true,
    write: false,
    banner: { js: BANNER },
    plugins: [filesByUrl(root, found)],
  });
  let sourceMap = '';
  for (const { path, text } of outputFiles) {
    if (path.endsWith('.map')) sourceMap = fromRoot(text, root, dirname(outfile));
    else await writeFile(path, text);
  }
  const inputs = usedInputs(metafile);
  return { inputs, found: found.filter(({ module }) => inputs.includes(module)), sourceMap };
}

const Sources = v.looseObject({ sources: v.array(v.string()) });

/** Sources are named from the root of the repository, wherever the bundle is written. */
function fromRoot(sourceMap: string, root: string, folder: string): string {
  const map = v.parse(Sources, JSON.parse(sourceMap));
  return JSON.stringify({ ...map, sources: map.sources.map((source) => relative(root, join(folder, source))) });
}

/** What was looked at and left out is not in an image, and is none of its business. */
function usedInputs({ outputs }: Metafile): string[] {
  return Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path);
}

/** Whatever the builder's umask is, the image's user may read everything. */
export async function openToAll(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  await chmod(folder, 0o755);
}

/** Writes a file whose folder may not be there yet. */
export async function writeBelow(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
