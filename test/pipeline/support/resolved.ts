import type { Versions } from '../../../.github/versions/versions.ts';

export const COMMIT = 'a'.repeat(40);
const DIGEST = `sha256:${'b'.repeat(64)}`;

/** The table as it is once somebody has looked. */
export function resolved({ actions, images, tools }: Versions): Versions {
  return {
    actions: actions.map((action) => ({ ...action, commit: COMMIT })),
    images: images.map((image) => ({ ...image, digest: DIGEST })),
    tools,
  };
}
