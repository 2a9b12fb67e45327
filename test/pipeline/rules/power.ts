import { before, callersOf, rolesOf, writesOf, type Place } from '../support/workflow.ts';
import { ofJobs, ofWorkflows, unless, type Rule } from './rule.ts';

/** What each job may do with GitHub's token. Whatever is not here may read the repository at most. */
const MAY_WRITE: Readonly<Record<string, readonly string[]>> = {
  'infra.yml review': ['id-token'],
  'infra.yml dev': ['id-token'],
  'infra.yml staging': ['id-token'],
  'infra.yml prod': ['id-token'],
  'environment.yml plan': ['id-token'],
  'environment.yml apply': ['id-token'],
  'drift.yml plan': ['id-token'],
  'drift.yml report': ['issues'],
  'images.yml publish': ['attestations', 'id-token'],
  'images.yml propose': ['actions', 'contents', 'pull-requests'],
  'promote.yml copy': ['id-token'],
  'promote.yml propose': ['actions', 'contents', 'pull-requests'],
};

const OURS = 'github.event.pull_request.head.repo.full_name == github.repository';
const NO_PULL_REQUEST = "github.event_name != 'pull_request'";
const MAIN = "github.ref == 'refs/heads/main'";

function isInReachOfPullRequests(place: Place, all: readonly Place[]): boolean {
  const callers = callersOf(place, all);
  if (place.workflow.events.includes('pull_request')) return true;
  return callers.some((caller) => isInReachOfPullRequests(caller, all));
}

/** Conditions that hold when a job runs: its own, and those of what it waits for or is called by. */
function conditions(place: Place, all: readonly Place[]): readonly string[] {
  return [place, ...before(place, all), ...callersOf(place, all)].map(({ job }) => job.if);
}

export const power: readonly Rule[] = [
  ofWorkflows('a workflow has no permissions of its own', ({ permissions }) =>
    unless(JSON.stringify(permissions) === '{}', 'permissions: {} is missing at the top'),
  ),
  ofJobs('a job has the permissions of the table and no more', (place) => {
    const { permissions } = place.job;
    if (permissions === undefined || typeof permissions === 'string') return ['it must name its permissions'];
    const found = writesOf(place).toSorted();
    const wanted = MAY_WRITE[place.at] ?? [];
    return unless(found.join() === wanted.join(), `it writes ${found.join(', ')}, not ${wanted.join(', ')}`);
  }),
  ofJobs('what has power starts after everything was found pinned', (place, all) => {
    const hasPower = writesOf(place).length > 0;
    const gates = before(place, all).map(({ job }) => job.uses);
    return unless(!hasPower || gates.includes('./.github/workflows/pinned.yml'), 'it does not wait for pinned');
  }),
  ofJobs('a fork is given nothing', (place, all) => {
    if (writesOf(place).length === 0 || !isInReachOfPullRequests(place, all)) return [];
    const isKept = conditions(place, all).some((text) => text.includes(OURS) || text.includes(NO_PULL_REQUEST));
    return unless(isKept, 'a pull request of a fork gets to it');
  }),
  ofJobs('only main applies, pushes and writes', (place, all) => {
    const isReview = rolesOf(place).length > 0 && rolesOf(place).every((role) => role.endsWith('-ci-plan'));
    if (isReview || writesOf(place).length === 0) return [];
    return unless(
      conditions(place, all).some((text) => text.includes(MAIN)),
      'a branch gets to it',
    );
  }),
  ofWorkflows('nothing of a stranger starts with the power of the repository', ({ events }) =>
    ['pull_request_target', 'workflow_run', 'issue_comment', 'issues', 'repository_dispatch']
      .filter((event) => events.includes(event))
      .map((event) => `it starts on ${event}`),
  ),
  ofWorkflows('there are no keys', ({ text }) =>
    ['secrets.', 'secrets: inherit', 'aws-access-key-id', 'aws-secret-access-key', 'password:']
      .filter((word) => text.includes(word))
      .map((word) => `it says ${word}`),
  ),
];
