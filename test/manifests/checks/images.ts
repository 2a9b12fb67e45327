import { finding, type Check } from '../check.ts';
import { split } from '../image.ts';
import { ofKind } from '../objects.ts';
import { podTemplates } from '../pods.ts';
import { textAt } from '../tree.ts';

/** Where images come from when they go to a real cluster: its own registry, and nobody's mirror. */
const REGISTRY =
  /^(?:\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/|docker\.io\/)?(weatherline\/[a-z-]+|hashicorp\/vault)$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Each image is one that we know, by the tag of the table; what is about to be applied to prod or dr is named by digest. */
export const images: Check = {
  name: 'images',
  answers: ['P7'],
  find: (objects, context) =>
    podTemplates(objects).flatMap(({ owner, containers }) =>
      containers.flatMap(({ body, path }) => {
        const got = textAt(body, 'image') ?? '';
        return problemsOf(got, context.knowledge.tags).map(({ expected, todo }) =>
          finding(owner, `${path}.image`, { expected, got, todo }),
        );
      }),
    ),
};

function problemsOf(image: string, tags: ReadonlyMap<string, string>): { expected: string; todo: string }[] {
  const { name, tag, digest } = split(image);
  const [, known] = REGISTRY.exec(name) ?? [];
  if (known === undefined) {
    return [
      {
        expected: 'an image of ours or hashicorp/vault, from our registry',
        todo: 'build or copy it into the registry',
      },
    ];
  }
  if (digest !== undefined && digest !== 'sha256:unresolved' && !DIGEST.test(digest)) {
    return [{ expected: 'a whole digest', todo: 'resolve it with the command of manifests/images' }];
  }
  const wanted = tags.get(known);
  // A digest says it all; with a tag beside it, the tag must not lie.
  if (tag === undefined ? digest !== undefined : tag === wanted && tag !== 'latest') return [];
  return [{ expected: `the tag ${wanted ?? 'of manifests/images/versions.json'} or a digest`, todo: 'pin it' }];
}

/** Whether an overlay may be applied as it is: prod and dr only with every image named by its digest. */
export const applicable: Check = {
  name: 'applicable',
  answers: ['P7'],
  find: (objects, { overlay, toApply }) => {
    if (!toApply || !['prod', 'dr'].includes(overlay)) return [];
    return podTemplates(ofKind(objects, 'Deployment', 'StatefulSet', 'Job', 'CronJob')).flatMap(
      ({ owner, containers }) =>
        containers.flatMap(({ body, path }) => {
          const got = textAt(body, 'image') ?? '';
          if (DIGEST.test(split(got).digest ?? '')) return [];
          const todo = 'resolve the digests on a machine that reaches the registry (manifests/README.md)';
          return [finding(owner, `${path}.image`, { expected: 'a digest', got, todo })];
        }),
    );
  },
};
