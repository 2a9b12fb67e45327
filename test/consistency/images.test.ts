import test from 'ava';
import { COMPONENTS } from '../../manifests/images/components.ts';
import { DEPLOYABLES } from '../manifests/deployables.ts';
import { split } from '../manifests/image.ts';
import { podTemplates } from '../manifests/pods.ts';
import { cannotRender, overlay, OVERLAYS } from '../manifests/render.ts';

const reason = cannotRender();
const when = reason === undefined ? test : test.skip;
const suffix = reason === undefined ? '' : ` (skipped: ${reason})`;
const built = COMPONENTS.map(({ name }) => name).toSorted();

for (const name of OVERLAYS) {
  when(`${name} runs every image that is built, and no other of ours${suffix}`, (t) => {
    const images = podTemplates(overlay(name)).flatMap(({ containers }) =>
      containers.map(({ body }) => split(String(body['image'])).name),
    );
    const own = images.flatMap((image) => /(?:^|\/)weatherline\/(.+)$/.exec(image)?.[1] ?? []);
    t.deepEqual([...new Set(own)].toSorted(), built);
  });
}

test('every image that is built has a settings table to compare with', (t) => {
  const known = new Set([...DEPLOYABLES.keys()].map((name) => name.split(' ')[0]));
  t.deepEqual(
    built.filter((name) => !known.has(name)),
    [],
  );
});
