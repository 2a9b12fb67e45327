/** A mistake that somebody could make in a workflow, and the one rule that finds it. */
export type Fault = {
  readonly title: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly rule: string;
};

const PERMISSIONS = 'a job has the permissions of the table and no more';
const ROLES = 'a role is one that infra/modules/ci makes, for this job';
const PLAN = 'what is applied is the plan that was read, behind the gate';
const IMAGES = 'an image is scanned, then pushed and signed, then proposed';
const SCRIPTS = 'every script that is named exists, and every one that exists is named';
const TABLE = 'versions are those of the table';

export const FAULTS: readonly Fault[] = [
  {
    title: 'a key is misspelt',
    file: 'checks.yml',
    from: 'timeout-minutes: 30\n',
    to: 'timeout-minutes: 30\n    timeout-minute: 30\n',
    rule: "GitHub's own parser accepts it",
  },
  {
    title: 'an expression names what there is not',
    file: 'drift.yml',
    from: '${{ runner.temp }}/drift',
    to: '${{ runer.temp }}/drift',
    rule: "GitHub's own parser accepts it",
  },
  {
    title: 'a schedule is none',
    file: 'drift.yml',
    from: "'17 5 * * *'",
    to: "'17 25 * * *'",
    rule: "GitHub's own parser accepts it",
  },
  {
    title: 'a workflow has the permissions that the repository gives',
    file: 'checks.yml',
    from: 'permissions: {}\n',
    to: '',
    rule: 'a workflow has no permissions of its own',
  },
  {
    title: 'a job writes what it need not',
    file: 'drift.yml',
    from: 'issues: write',
    to: 'issues: write\n      pull-requests: write',
    rule: PERMISSIONS,
  },
  {
    title: 'a job reads all and writes all',
    file: 'pinned.yml',
    from: 'permissions:\n      contents: read',
    to: 'permissions: write-all',
    rule: PERMISSIONS,
  },
  {
    title: 'a plan for review does not wait for the pins',
    file: 'infra.yml',
    from: 'needs: [pinned, changed]',
    to: 'needs: [changed]',
    rule: 'what has power starts after everything was found pinned',
  },
  {
    title: 'images are built whatever the pins say',
    file: 'images.yml',
    from: 'needs: pinned\n',
    to: 'needs: []\n',
    rule: 'what has power starts after everything was found pinned',
  },
  {
    title: 'a fork plans',
    file: 'infra.yml',
    from: ' && github.event.pull_request.head.repo.full_name == github.repository',
    to: '',
    rule: 'a fork is given nothing',
  },
  {
    title: 'a branch pushes images',
    file: 'images.yml',
    from: "    if: github.ref == 'refs/heads/main'\n",
    to: '',
    rule: 'only main applies, pushes and writes',
  },
  {
    title: 'a stranger starts it with power',
    file: 'checks.yml',
    from: '  pull_request:\n',
    to: '  pull_request_target:\n',
    rule: 'nothing of a stranger starts with the power of the repository',
  },
  {
    title: 'a key is kept',
    file: 'drift.yml',
    from: 'GH_TOKEN: ${{ github.token }}',
    to: 'GH_TOKEN: ${{ secrets.TOKEN }}',
    rule: 'there are no keys',
  },
  {
    title: 'a checkout leaves its token in the folder',
    file: 'images.yml',
    from: 'persist-credentials: false',
    to: 'persist-credentials: true',
    rule: 'a checkout leaves no token behind',
  },
  {
    title: "a pull request's title becomes a script",
    file: 'infra.yml',
    from: 'run: git diff --name-only HEAD^1 HEAD |',
    to: 'run: echo "${{ github.event.pull_request.title }}"; git diff --name-only HEAD^1 HEAD |',
    rule: 'no text from outside becomes a script',
  },
  {
    title: 'a job goes on for six hours',
    file: 'environment.yml',
    from: '    timeout-minutes: 90\n',
    to: '',
    rule: 'a job ends',
  },
  {
    title: 'a pipe hides that its first part failed',
    file: 'images.yml',
    from: 'defaults:\n  run:\n    shell: bash\n',
    to: '',
    rule: 'a script stops at its first error',
  },
  {
    title: 'a runner is what is newest today',
    file: 'checks.yml',
    from: 'runs-on: ubuntu-24.04',
    to: 'runs-on: ubuntu-latest',
    rule: 'a runner is of one version, and of GitHub',
  },
  {
    title: 'packages are installed where the role is',
    file: 'images.yml',
    from: 'bash .github/scripts/log-in.sh "$REGISTRY"',
    to: 'npm ci\n          bash .github/scripts/log-in.sh "$REGISTRY"',
    rule: 'code of others runs where there is nothing to take',
  },
  {
    title: 'something is applied beside the plan',
    file: 'environment.yml',
    from: 'run: bash .github/scripts/apply.sh "$ENVIRONMENT" "$SHA256"',
    to: 'run: |\n          bash .github/scripts/apply.sh "$ENVIRONMENT" "$SHA256"\n          tofu apply -auto-approve',
    rule: 'OpenTofu is called by the scripts alone',
  },
  {
    title: 'packages come from a cache that anybody fills',
    file: 'images.yml',
    from: 'package-manager-cache: false',
    to: 'cache: npm',
    rule: 'caches of others are not trusted',
  },
  {
    title: 'a role lasts half a day',
    file: 'drift.yml',
    from: 'aws-region: ${{ steps.where.outputs.region }}',
    to: 'aws-region: ${{ steps.where.outputs.region }}\n          role-duration-seconds: 43200',
    rule: 'a role lasts an hour',
  },
  {
    title: 'a push cuts off what is at work',
    file: 'images.yml',
    from: 'cancel-in-progress: false',
    to: 'cancel-in-progress: true',
    rule: 'a workflow does not run beside itself',
  },
  {
    title: 'two applies meet',
    file: 'infra.yml',
    from: 'group: apply-staging',
    to: 'group: apply-${{ github.sha }}',
    rule: 'two applies of an environment never meet',
  },
  {
    title: 'prod does not wait for staging',
    file: 'infra.yml',
    from: 'needs: staging',
    to: 'needs: dev',
    rule: 'environments are applied one after the other',
  },
  {
    title: 'an apply passes by the gate',
    file: 'environment.yml',
    from: '    environment: ${{ inputs.environment }}\n',
    to: '',
    rule: `${PLAN} / ${ROLES}`,
  },
  {
    title: 'an apply takes whatever plan has that name',
    file: 'environment.yml',
    from: 'artifact-ids: ${{ needs.plan.outputs.artifact }}',
    to: 'name: plan-${{ inputs.environment }}',
    rule: PLAN,
  },
  {
    title: 'an apply does not know which plan was read',
    file: 'environment.yml',
    from: 'SHA256: ${{ needs.plan.outputs.sha256 }}',
    to: 'SHA256: ${{ needs.plan.outputs.artifact }}',
    rule: PLAN,
  },
  {
    title: 'what is pushed was not scanned',
    file: 'images.yml',
    from: 'run: bash .github/scripts/scan.sh "$COMPONENT"',
    to: 'run: echo nothing to see',
    rule: `${IMAGES} / ${SCRIPTS}`,
  },
  {
    title: 'a scan that fails stops nothing',
    file: 'images.yml',
    from: '      - name: Scan\n',
    to: '      - name: Scan\n        continue-on-error: true\n',
    rule: IMAGES,
  },
  {
    title: 'an action is of another version than the table says',
    file: 'checks.yml',
    from: 'actions/checkout@v7.0.1',
    to: 'actions/checkout@v4.0.0',
    rule: TABLE,
  },
  {
    title: 'OpenTofu is of another version than the table says',
    file: 'drift.yml',
    from: 'tofu_version: 1.12.5',
    to: 'tofu_version: 1.10.0',
    rule: TABLE,
  },
  {
    title: 'a scanner is of another version than the table says',
    file: 'images.yml',
    from: 'trivy:0.75.0',
    to: 'trivy:0.69.4',
    rule: TABLE,
  },
  {
    title: 'an action is in no table',
    file: 'checks.yml',
    from: '      - run: npm test\n',
    to: '      - uses: somebody/something@v1\n      - run: npm test\n',
    rule: 'what a job uses is in the table',
  },
  {
    title: 'a role is one that nobody makes',
    file: 'drift.yml',
    from: '-ci-plan',
    to: '-ci-drift',
    rule: ROLES,
  },
  {
    title: 'a search for drift takes the role that applies',
    file: 'drift.yml',
    from: '-ci-plan',
    to: '-ci-apply',
    rule: `${PLAN} / ${ROLES}`,
  },
  {
    title: 'a job behind a gate takes a role whose trust policy refuses it',
    file: 'environment.yml',
    from: '-ci-apply',
    to: '-ci-push',
    rule: ROLES,
  },
  {
    title: 'a script is not there',
    file: 'drift.yml',
    from: 'scripts/report-drift.sh',
    to: 'scripts/report.sh',
    rule: SCRIPTS,
  },
  {
    title: 'a component is forgotten',
    file: 'promote.yml',
    from: 'secrets-init, vault-admin]',
    to: 'secrets-init]',
    rule: 'a matrix is whole',
  },
];
