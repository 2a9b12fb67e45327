import { mkdir, rm, stat } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export type Bundle = {
  /** The one file that is run. */
  readonly file: string;
  readonly bytes: number;
  /** What makes it start from compiled code: set it, and let the directory be as it is. */
  readonly env: Readonly<Record<string, string>>;
};

/** What Node is told in an image: a young generation of 2 MiB, since a function's garbage is small and its memory is paid for. */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=2'];

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** One file of a deployable's `main.ts` and all it imports, and its compiled code beside it. */
export async function bundleDeployable(main: string, outDir: string, warmUp: WarmUp): Promise<Bundle> {
  await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  const file = join(outDir, 'main.mjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: [main],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    logLevel: 'error',
    // kafkajs and others are CommonJS and ask for Node's own modules by require.
    banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
  });
  const env = { NODE_COMPILE_CACHE: join(outDir, 'cache') };
  await warm(file, { ...warmUp.env, ...env }, warmUp.said);
  return { file, bytes: (await stat(file)).size, env };
}

export type WarmUp = {
  readonly env: Readonly<Record<string, string>>;
  /** The log message after which everything that a start needs has been compiled. */
  readonly said: string;
};

/** Node writes what it has compiled when the process ends in good order. */
async function warm(file: string, env: Readonly<Record<string, string>>, said: string): Promise<void> {
  const child = spawn(process.execPath, [...NODE_FLAGS, file], { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const stop = (chunk: Buffer): void => {
    text += chunk.toString();
    if (text.includes(`"msg":"${said}"`)) setTimeout(() => child.kill('SIGTERM'), 500);
  };
  child.stdout.on('data', stop);
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the bundle ended with ${String(code)}: ${text.slice(-2000)}`);
}
