import type { Fault } from './fault.ts';

const ROLES = 'a role is one that infra/modules/ci makes, for this job';
const PLAN = 'what is applied is the plan that was read, behind the gate';
const IMAGES = 'an image is scanned, then pushed and signed, then proposed';
const SCRIPTS = 'every script that is named exists, and every one that exists is named';
const TABLE = 'versions are those of the table';

export const ORDER_FAULTS: readonly Fault[] = [
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
  {
    title: 'a job runs in an image of somebody',
    file: 'checks.yml',
    from: '    timeout-minutes: 30\n',
    to: '    timeout-minutes: 30\n    container: debian\n',
    rule: 'what a job uses is in the table',
  },
];
