import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parseAllDocuments } from 'yaml';
import { parseEnvFile } from '../../cli/src/cluster-config/env-file.ts';
import { KEYS } from '../../cli/src/cluster-config/keys.ts';
import { readOutputs } from '../../cli/src/cluster-config/read-outputs.ts';
import { parseTfvars } from '../../infra/cost/tfvars.ts';
import { ofKind } from '../manifests/objects.ts';
import { cannotRender, overlay, OVERLAYS, ROOT } from '../manifests/render.ts';
import { listAt, textAt } from '../manifests/tree.ts';

/** Names that people read, and no manifest. */
const FOR_PEOPLE: ReadonlySet<string> = new Set(['CLUSTER_NAME']);

const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const valuesOf = (name: string) => parseEnvFile(text(`manifests/overlays/${name}/cluster-config.env`));
const tfvarsOf = (name: string) => parseTfvars(text(`infra/environments/${name}/terraform.tfvars`));
const namesOf = (isWanted: (key: (typeof KEYS)[number]) => boolean): string[] =>
  KEYS.filter(isWanted)
    .map(({ name }) => name)
    .toSorted();
const always = namesOf(({ isOptional }) => isOptional !== true);
const all = namesOf(() => true);

/** The names that the replacements of a component take from the ConfigMap cluster-config. */
function namesUsedBy(folder: string): string[] {
  const files = readdirSync(join(ROOT, folder)).filter((file) => file.endsWith('.yaml'));
  const sources = files.flatMap((file) =>
    parseAllDocuments(text(join(folder, file))).flatMap((document) =>
      listAt(document.toJS(), 'replacements')
        .filter((replacement) => textAt(replacement, 'source', 'name') === 'cluster-config')
        .map((replacement) => textAt(replacement, 'source', 'fieldPath')?.replace(/^data\./, '') ?? ''),
    ),
  );
  return [...new Set(sources)].toSorted();
}

/** The names that an output's value gives; HCL that is not evaluated, for they are written out. */
function namesPutOutBy(path: string): string[] {
  const [, block = ''] = /^output "cluster_config" \{\n(.*?)^\}/ms.exec(text(path)) ?? [];
  return [...block.matchAll(/\b([A-Z][A-Z0-9_]+)\s+= /g)].map(([, name = '']) => name).toSorted();
}

for (const name of OVERLAYS) {
  test(`cluster-config.env of ${name} has every name of the command, and values that it would write`, (t) => {
    const values = valuesOf(name);
    t.deepEqual([...values.keys()].toSorted(), always);
    const outputs = { cluster_config: { sensitive: false, value: Object.fromEntries(values) } };
    t.deepEqual(readOutputs(JSON.stringify(outputs)).problems, []);
    t.is(values.get('ENVIRONMENT'), name);
  });

  test(`cluster-config.env of ${name} says of account, network and domain what infra/environments/${name} says`, (t) => {
    const values = valuesOf(name);
    const tfvars = tfvarsOf(name);
    t.is(values.get('AWS_ACCOUNT_ID'), textAt(tfvars, 'account_id'));
    t.is(values.get('VPC_CIDR'), textAt(tfvars, 'network', 'cidr'));
    t.is(values.get('DOMAIN'), textAt(tfvars, 'edge', 'domain'));
    const [, region] =
      /variable "region" \{[^}]*default\s*=\s*"([^"]+)"/.exec(text(`infra/environments/${name}/variables.tf`)) ?? [];
    t.is(values.get('AWS_REGION'), textAt(tfvars, 'region') ?? region);
  });

  test(`the root of ${name} puts out every name once: its own and those of the platform`, (t) => {
    const root = namesPutOutBy(`infra/environments/${name}/outputs.tf`);
    const platform = namesPutOutBy('infra/modules/platform/outputs.tf');
    t.deepEqual([...root, ...platform].toSorted(), all);
  });
}

test('manifests use every name but those for people', (t) => {
  const common = namesUsedBy('manifests/components/cluster-config');
  t.deepEqual(
    common,
    always.filter((name) => !FOR_PEOPLE.has(name)),
  );
  const msk = namesUsedBy('manifests/components/msk/cluster-config');
  t.deepEqual(
    msk.filter((name) => !common.includes(name)),
    all.filter((name) => !always.includes(name)),
  );
});

test('no two environments share a network, a domain that is served or a bucket', (t) => {
  for (const name of ['VPC_CIDR', 'BUCKET', 'SNAPSHOT_BUCKET', 'CLUSTER_NAME', 'WEB_ACL_ARN']) {
    t.is(new Set(OVERLAYS.map((one) => valuesOf(one).get(name))).size, OVERLAYS.length, name);
  }
  // The second region takes over the name of the first.
  t.is(valuesOf('dr').get('DOMAIN'), valuesOf('prod').get('DOMAIN'));
});

/** Service accounts by name, with their namespaces: a map of locals in HCL. */
function serviceAccountsOf(local: string): ReadonlyMap<string, string> {
  const [, block = ''] =
    new RegExp(`^ {2}${local} += (?:.* : )?\\{([^}]*)\\}`, 'm').exec(text('infra/modules/platform/roles.tf')) ?? [];
  return new Map(
    [...block.matchAll(/([\w-]+)\s*=\s*"([\w-]+)"/g)].map(([, name = '', namespace = '']) => [name, namespace]),
  );
}

test('with MSK transform gets the role that the component names', (t) => {
  const [document] = parseAllDocuments(text('manifests/components/msk/service-account-transform.yaml'));
  const account: unknown = document?.toJS();
  t.is(serviceAccountsOf('of_msk').get('transform'), textAt(account, 'metadata', 'namespace'));
  t.is(
    textAt(account, 'metadata', 'annotations', 'eks.amazonaws.com/role-arn'),
    'arn:aws:iam::ACCOUNT:role/weatherline-ENVIRONMENT-transform',
  );
});

const reason = cannotRender();
const when = reason === undefined ? test : test.skip;
const suffix = reason === undefined ? '' : ` (skipped: ${reason})`;

for (const name of OVERLAYS) {
  when(`${name}: service accounts have the roles that infra makes for them, and no role is left over${suffix}`, (t) => {
    const account = valuesOf(name).get('AWS_ACCOUNT_ID') ?? '';
    const annotated = ofKind(overlay(name), 'ServiceAccount').flatMap((object) => {
      const arn = textAt(object.body, 'metadata', 'annotations', 'eks.amazonaws.com/role-arn');
      return arn === undefined ? [] : [{ name: object.name, namespace: object.namespace ?? '', arn }];
    });
    const made = [...serviceAccountsOf('of_the_store')].map(([one, namespace]) => ({
      name: one,
      namespace,
      arn: `arn:aws:iam::${account}:role/weatherline-${name}-${one}`,
    }));
    const byName = (one: { name: string }, two: { name: string }): number => (one.name < two.name ? -1 : 1);
    t.true(made.length > 5);
    t.deepEqual(annotated.toSorted(byName), made.toSorted(byName));
  });
}

test('roles are named weatherline-ENV-SERVICEACCOUNT where they are made', (t) => {
  t.regex(text('infra/modules/irsa/main.tf'), /role_name\s+= "\$\{var\.name\}-\$\{var\.service_account\}"/);
  t.regex(text('infra/modules/platform/main.tf'), /name\s+= "weatherline-\$\{var\.environment\}"/);
});
