import { readFileSync } from 'node:fs';
import test from 'ava';
import * as v from 'valibot';
import { readVersions } from '../../.github/versions/versions.ts';
import { written } from '../../.github/versions/workflows.ts';
import { resolved } from './support/resolved.ts';
import { readWorkflows, ROOT } from './support/workflow.ts';

const Manager = v.looseObject({
  description: v.string(),
  managerFilePatterns: v.array(v.string()),
  matchStrings: v.array(v.string()),
  depNameTemplate: v.optional(v.string()),
});
const Config = v.looseObject({ customManagers: v.array(Manager) });
const { customManagers } = v.parse(Config, JSON.parse(readFileSync(`${ROOT}renovate.json`, 'utf8')));

/** The files that Renovate looks into, as they are once the pins are resolved. */
function files(): ReadonlyMap<string, string> {
  const versions = resolved(readVersions());
  const workflows = [...readWorkflows()].map(([name, text]): [string, string] => [
    `.github/workflows/${name}`,
    written(text, versions),
  ]);
  return new Map([...workflows, ['.github/versions/versions.json', JSON.stringify(versions, null, 2)]]);
}

/** What the managers find, as `file: dependency value digest`. */
function found(): readonly string[] {
  return [...files()].flatMap(([file, text]) =>
    customManagers
      .filter(({ managerFilePatterns }) => managerFilePatterns.some((one) => new RegExp(one.slice(1, -1)).test(file)))
      .flatMap(({ matchStrings, depNameTemplate }) =>
        matchStrings.flatMap((pattern) =>
          [...text.matchAll(new RegExp(pattern, 'g'))].map(({ groups = {} }) =>
            [`${file}:`, depNameTemplate ?? groups['depName'], groups['currentValue'], groups['currentDigest']].join(
              ' ',
            ),
          ),
        ),
      ),
  );
}

test('Renovate finds every action, image and tool of the table, and each use of it', (t) => {
  const lines = found();
  const table = '.github/versions/versions.json:';
  const { actions, images } = resolved(readVersions());
  for (const { name, tag, commit } of actions) t.true(lines.includes(`${table} ${name} ${tag} ${commit}`), name);
  for (const { image, tag, digest } of images) {
    t.is(lines.filter((line) => line.endsWith(` ${image} ${tag} ${digest}`)).length, 2, image);
  }
  for (const [tool, dependency] of [
    ['opentofu', 'opentofu/opentofu'],
    ['cosign', 'sigstore/cosign'],
  ]) {
    const version = readVersions().tools.find(({ name }) => name === tool)?.version;
    t.true(lines.filter((line) => line.includes(` ${dependency} ${version} `)).length >= 3, tool);
  }
});

test('no manager of Renovate looks for nothing', (t) => {
  for (const { description, matchStrings } of customManagers) {
    const texts = [...files().values()];
    for (const pattern of matchStrings)
      t.true(
        texts.some((text) => new RegExp(pattern).test(text)),
        description,
      );
  }
});
