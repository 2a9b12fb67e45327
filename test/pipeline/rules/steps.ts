import { ofJobs, ofWorkflows, unless, type Rule } from './rule.ts';
import { writesOf } from '../support/workflow.ts';

const MOST_MINUTES = 150;

export const steps: readonly Rule[] = [
  ofJobs('a checkout leaves no token behind', ({ job }) =>
    job.steps
      .filter(({ uses }) => uses?.startsWith('actions/checkout@') === true)
      .flatMap((step) => unless(step.with['persist-credentials'] === false, 'persist-credentials is not false')),
  ),
  ofJobs('no text from outside becomes a script', ({ job }) =>
    job.steps.flatMap(({ run = '' }) => unless(!run.includes('${{'), `an expression in: ${run.trim()}`)),
  ),
  ofJobs('a job ends', ({ job }) => {
    const minutes = job['timeout-minutes'] ?? (job.uses === undefined ? Infinity : 0);
    return unless(minutes <= MOST_MINUTES, 'it has no timeout-minutes, or too many');
  }),
  ofWorkflows('a script stops at its first error', ({ defaults }) =>
    unless(JSON.stringify(defaults) === '{"run":{"shell":"bash"}}', 'defaults.run.shell is not bash'),
  ),
  ofJobs('a runner is of one version, and of GitHub', ({ job }) =>
    unless(job.uses !== undefined || job['runs-on'] === 'ubuntu-24.04', `it runs on ${String(job['runs-on'])}`),
  ),
  ofJobs('code of others runs where there is nothing to take', (place) => {
    if (writesOf(place).length === 0) return [];
    const runs = place.job.steps.map(({ run = '' }) => run);
    return runs.filter((run) =>
      /\b(npm|pnpm|npx|pip|apt-get|docker (run|build|buildx))\b|scan\.sh|publish\.ts/.test(run),
    );
  }),
  ofJobs('OpenTofu is called by the scripts alone', ({ job }) =>
    job.steps.map(({ run = '' }) => run).filter((run) => /\b(tofu|terraform)\s/.test(run)),
  ),
  ofJobs('caches of others are not trusted', ({ job }) =>
    job.steps
      .filter(({ uses }) => uses?.startsWith('actions/setup-node@') === true)
      .flatMap((step) =>
        unless(step.with['package-manager-cache'] === false && step.with['cache'] === undefined, 'it keeps a cache'),
      ),
  ),
  ofJobs('a role lasts an hour', ({ job }) =>
    job.steps.flatMap((step) => unless(step.with['role-duration-seconds'] === undefined, 'it is asked to last longer')),
  ),
];
