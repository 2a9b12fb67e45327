import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readVersions } from '../../../.github/versions/versions.ts';
import { written } from '../../../.github/versions/workflows.ts';
import { COMPONENTS } from '../../../manifests/images/components.ts';
import { rolesOf, ROOT, type Place } from '../support/workflow.ts';
import { ofJobs, ofWorkflows, unless, type Rule } from './rule.ts';

/** What the pipeline plans and applies, in the order in which a change reaches them; dr and global are a person's. */
export const ENVIRONMENTS: readonly string[] = ['dev', 'staging', 'prod'];

const text = (name: string): string => readFileSync(`${ROOT}${name}`, 'utf8');
const SCRIPTS = readdirSync(`${ROOT}.github/scripts`);

/** The names that infra/modules/ci gives, and who may take them. */
function rolesMade(): { readonly kinds: readonly string[]; readonly isNamed: boolean } {
  const kinds = /contains\(\[("[^\]]+")\], role\)/.exec(text('infra/modules/ci/variables.tf'))?.[1] ?? '';
  const isNamed = /^\s*name\s*= "\$\{var\.name\}-ci-\$\{each\.key\}"$/m.test(text('infra/modules/ci/main.tf'));
  return { kinds: kinds.split(', ').map((word) => word.replaceAll('"', '')), isNamed };
}

const ROLE =
  /^arn:aws:iam::\$\{\{ steps\.\w+\.outputs\.account \}\}:role\/weatherline-(dev|staging|\$\{\{ [\w.]+ \}\})-ci-(\w+)$/;

function rolesAgainstTrust(place: Place): readonly string[] {
  const { kinds, isNamed } = rolesMade();
  return rolesOf(place).flatMap((role) => {
    const [, of = '', kind = ''] = ROLE.exec(role) ?? [];
    // A job with an environment says that in its token, and no other role takes it.
    const isGated = place.job.environment !== undefined;
    return [
      ...unless(isNamed && kinds.includes(kind), `infra/modules/ci makes no role ${role}`),
      ...unless(isGated === (kind === 'apply'), `the trust policy of ${kind} refuses this job`),
      ...unless(kind !== 'apply' || of === place.job.environment, 'the gate is of another environment'),
    ];
  });
}

function namedScripts(source: string): readonly string[] {
  return [...source.matchAll(/\.github\/scripts\/([\w.-]+)/g)].map(([, name = '']) => name);
}

function npmScripts(source: string): readonly string[] {
  const known = Object.keys(Object(Object(JSON.parse(text('package.json')))['scripts']));
  return [...source.matchAll(/\bnpm run (?:-s )?([\w:]+)/g)]
    .map(([, name = '']) => name)
    .filter((name) => !known.includes(name));
}

function unknownUses({ job }: Place): readonly string[] {
  if (job['container'] !== undefined || job['services'] !== undefined) return ['images are in the table, as env'];
  const known = new Set(readVersions().actions.map(({ name }) => name));
  const uses = [...job.steps.map((step) => step.uses), job.uses].filter((one) => one !== undefined);
  return uses.filter((one) =>
    one.startsWith('./') ? !existsSync(`${ROOT}${one}`) : !known.has(one.slice(0, one.indexOf('@'))),
  );
}

const same = (found: unknown, wanted: readonly string[]): boolean =>
  Array.isArray(found) && found.toSorted().join() === wanted.toSorted().join();

export const repository: readonly Rule[] = [
  ofWorkflows('versions are those of the table', ({ text: source }) =>
    unless(
      written(source, readVersions()) === source,
      'node .github/versions/resolve.ts --offline would write it anew',
    ),
  ),
  ofJobs('what a job uses is in the table', unknownUses),
  ofJobs('a role is one that infra/modules/ci makes, for this job', rolesAgainstTrust),
  {
    name: 'every script that is named exists, and every one that exists is named',
    check: ({ workflows }) => {
      const sources = [...workflows.map((one) => one.text), ...SCRIPTS.map((name) => text(`.github/scripts/${name}`))];
      const named = new Set(sources.slice(0, workflows.length).flatMap(namedScripts));
      const helpers = sources.join('\n');
      return [
        ...[...named].filter((name) => !SCRIPTS.includes(name)).map((name) => `there is no ${name}`),
        ...SCRIPTS.filter((name) => !named.has(name) && !helpers.includes(`/${name}"`)).map(
          (name) => `nothing uses ${name}`,
        ),
        ...workflows.flatMap((one) => npmScripts(one.text)).map((name) => `there is no npm run ${name}`),
      ];
    },
  },
  ofJobs('a matrix is whole', ({ job }) => {
    const { component, environment } = job.strategy?.matrix ?? {};
    const isWhole = typeof environment !== 'object' || same(environment, ENVIRONMENTS);
    return [
      ...unless(
        component === undefined ||
          same(
            component,
            COMPONENTS.map(({ name }) => name),
          ),
        'components are missing',
      ),
      ...unless(isWhole, 'environments are missing'),
    ];
  }),
];
