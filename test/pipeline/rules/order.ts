import { ENVIRONMENTS } from './repository.ts';
import { callersOf, rolesOf, type Place, type Step, type Workflow } from '../support/workflow.ts';
import { ofJobs, ofWorkflows, unless, type Rule } from './rule.ts';

const ENVIRONMENT_WORKFLOW = './.github/workflows/environment.yml';

function isCalledOnly({ events }: Workflow): boolean {
  return events.every((event) => event === 'workflow_call');
}

function runs(job: Place['job'], script: string): Step | undefined {
  return job.steps.find(({ run = '' }) => run.includes(script));
}

/** Whether one step comes before another. */
function comesFirst(job: Place['job'], first: Step | undefined, second: Step | undefined): boolean {
  return first !== undefined && second !== undefined && job.steps.indexOf(first) < job.steps.indexOf(second);
}

export const order: readonly Rule[] = [
  ofWorkflows('a workflow does not run beside itself', (workflow) => {
    const { concurrency } = workflow;
    if (isCalledOnly(workflow)) return [];
    const group: unknown = Object(concurrency)['group'];
    const cancel: unknown = Object(concurrency)['cancel-in-progress'];
    const cutsOff = cancel !== false && cancel !== "${{ github.event_name == 'pull_request' }}";
    return [
      ...unless(typeof group === 'string', 'it has no concurrency group'),
      ...unless(!cutsOff, 'it cuts off what is at work on main'),
    ];
  }),
  ofJobs('two applies of an environment never meet', ({ job }) => {
    if (job.uses !== ENVIRONMENT_WORKFLOW) return [];
    const wanted = { group: `apply-${String(job.with['environment'])}`, 'cancel-in-progress': false };
    return unless(JSON.stringify(job.concurrency) === JSON.stringify(wanted), `concurrency is not ${wanted.group}`);
  }),
  {
    name: 'environments are applied one after the other',
    check: ({ places }) => {
      const applied = places.filter(({ job }) => job.uses === ENVIRONMENT_WORKFLOW);
      const names = applied.map(({ job }) => String(job.with['environment']));
      return [
        ...unless(names.join() === ENVIRONMENTS.join(), `they are ${names.join()}`),
        ...applied
          .slice(1)
          .flatMap(({ at, job }, index) =>
            unless(job.needs.includes(applied[index]?.id ?? ''), `${at} does not wait for ${applied[index]?.id}`),
          ),
      ];
    },
  },
  ofJobs('what is applied is the plan that was read, behind the gate', (place, all) => {
    const { job } = place;
    const apply = runs(job, 'bash .github/scripts/apply.sh');
    if (apply === undefined)
      return unless(!rolesOf(place).some((role) => role.endsWith('-ci-apply')), 'it applies nothing');
    const loaded = job.steps.find(({ uses }) => uses?.startsWith('actions/download-artifact@') === true);
    const isOfEnvironment = callersOf(place, all).every(({ job: caller }) => caller.with['environment'] !== undefined);
    return [
      ...unless(job.environment === '${{ inputs.environment }}' && isOfEnvironment, 'no gate stands before it'),
      ...unless(loaded?.with['artifact-ids'] === '${{ needs.plan.outputs.artifact }}', 'it takes another plan'),
      ...unless(apply.env['SHA256'] === '${{ needs.plan.outputs.sha256 }}', 'it does not know the plan'),
      ...unless(job.needs.join() === 'plan', 'it does not wait for the plan'),
    ];
  }),
  {
    name: 'an image is scanned, then pushed and signed, then proposed',
    check: ({ places }) => {
      const jobs = new Map(places.filter(({ at }) => at.startsWith('images.yml ')).map(({ id, job }) => [id, job]));
      const [build, publish, propose] = ['build', 'publish', 'propose'].map((id) => jobs.get(id));
      if (build === undefined || publish === undefined || propose === undefined) return ['a job is missing'];
      const kept = build.steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@') === true);
      return [
        ...unless(
          comesFirst(
            build,
            runs(build, 'bash .github/scripts/base-pinned.sh'),
            runs(build, 'node manifests/images/publish.ts'),
          ),
          'any base is good enough',
        ),
        ...unless(comesFirst(build, runs(build, 'bash .github/scripts/scan.sh'), kept), 'what is kept was not scanned'),
        ...unless(
          runs(build, 'bash .github/scripts/scan.sh')?.['continue-on-error'] === undefined,
          'the scan stops nothing',
        ),
        ...unless(
          publish.needs.includes('build') && runs(publish, 'bash .github/scripts/push.sh') !== undefined,
          'publish waits for no build',
        ),
        ...unless(!publish.if.includes('always') && publish.if === '', 'publish does not care what build says'),
        ...unless(propose.needs.includes('publish'), 'propose waits for no publish'),
      ];
    },
  },
];
