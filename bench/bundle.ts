import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildComponent } from '../manifests/images/build.ts';
import { componentsNamed } from '../manifests/images/components.ts';
import { warm } from '../manifests/images/warm.ts';

export type Bundle = {
  /** The one file that is run. */
  readonly file: string;
  readonly bytes: number;
  /** What makes it start from compiled code: set it, and let the directory be as it is. */
  readonly env: Readonly<Record<string, string>>;
};

/** What Node is told in an image: a young generation of 2 MiB, since a function's garbage is small and its memory is paid for. */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=2'];

const OUT = fileURLToPath(new URL('out/', import.meta.url));

/** What the image of this name holds, compiled as it is there. */
export async function bundleImage(name: string): Promise<Bundle> {
  const [component] = componentsNamed([name]);
  if (component === undefined) throw new Error(`there is no image ${name}`);
  const { folder, file, bytes } = await buildComponent(component, { out: OUT });
  const cache = join(folder, 'compile-cache');
  await warm(name, folder, cache);
  return { file, bytes, env: { NODE_COMPILE_CACHE: cache } };
}
