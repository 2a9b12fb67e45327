/** A mistake in what is written: an edit, or text that somebody adds at the end. */
export type WrittenFault = {
  readonly title: string;
  readonly file: string;
  readonly from?: string;
  readonly to: string;
  readonly found: readonly string[];
};

const OUTPUTS = 'modules/vault-unseal/outputs.tf';
const VARIABLES = 'modules/edge/variables.tf';
const PROD = 'environments/prod';

export const SECRET_FAULTS: readonly WrittenFault[] = [
  {
    title: 'a password as a variable',
    file: VARIABLES,
    to: 'variable "admin_password" {\n  type = string\n}\n',
    found: ['secret-names'],
  },
  {
    title: 'a secret as the default of a variable',
    file: VARIABLES,
    to: 'variable "alert" {\n  type    = string\n  default = "https://hooks.slack.com/services/T0/B0/x"\n}\n',
    found: ['secret-texts'],
  },
  {
    title: 'a token within an object',
    file: VARIABLES,
    to: 'variable "alerting" {\n  type = object({ url = string, api_token = string })\n}\n',
    found: ['secret-names'],
  },
  {
    title: 'a secret as an output',
    file: OUTPUTS,
    to: 'output "root_token" {\n  value = "x"\n}\n',
    found: ['secret-names'],
  },
  {
    title: 'an output that has to be hidden',
    file: OUTPUTS,
    to: 'output "recovery" {\n  value     = "x"\n  sensitive = true\n}\n',
    found: ['nothing-sensitive'],
  },
  {
    title: 'a password that is made here',
    file: 'modules/telemetry-store/main.tf',
    to: 'resource "random_password" "grafana" {\n  length = 32\n}\n',
    found: ['secret-types'],
  },
  {
    title: 'a key of a user',
    file: 'modules/ci/main.tf',
    to: 'resource "aws_iam_access_key" "ci" {\n  user = "ci"\n}\n',
    found: ['secret-types'],
  },
  {
    title: 'a secret that is written by OpenTofu',
    file: `${PROD}/main.tf`,
    to: 'resource "aws_secretsmanager_secret_version" "key" {\n  secret_id     = "openweather"\n  secret_string = "x"\n}\n',
    found: ['secret-types'],
  },
  {
    title: 'a secret that is read into the state',
    file: `${PROD}/main.tf`,
    to: 'data "aws_secretsmanager_secret_version" "key" {\n  secret_id = "openweather"\n}\n',
    found: ['secret-types'],
  },
  {
    title: 'a private key in the state',
    file: 'modules/access-host/main.tf',
    to: 'resource "tls_private_key" "ssh" {\n  algorithm = "ED25519"\n}\n',
    found: ['secret-types'],
  },
  {
    title: 'a secret among the values of an environment',
    file: `${PROD}/terraform.tfvars`,
    to: 'note = "AKIAIOSFODNN7EXAMPLE"\n',
    found: ['secret-texts'],
  },
];

export const ROOT_FAULTS: readonly WrittenFault[] = [
  {
    title: 'a state without a lock',
    file: `${PROD}/backend.tf`,
    from: 'use_lockfile = true',
    to: '',
    found: ['state-backend'],
  },
  {
    title: "a state that asks for S3's own key",
    file: `${PROD}/backend.tf`,
    from: 'use_lockfile = true',
    to: 'use_lockfile = true\n    encrypt = true',
    found: ['state-backend'],
  },
  {
    title: 'a state that may be plain',
    file: `${PROD}/encryption.tofu`,
    from: 'state {\n      method   = method.aes_gcm.state\n      enforced = true',
    to: 'state {\n      method   = method.aes_gcm.state\n      enforced = false',
    found: ['state-encryption'],
  },
  {
    title: 'a root that works in any account',
    file: 'environments/dr/providers.tf',
    from: 'allowed_account_ids = [var.account_id]',
    to: '',
    found: ['providers'],
  },
  {
    title: 'a root that tags nothing',
    file: 'environments/global/providers.tf',
    from: 'default_tags {',
    to: 'ignore_tags {',
    found: ['providers'],
  },
  {
    title: 'a root with a switch for tests',
    file: 'environments/dr/providers.tf',
    from: 'allowed_account_ids = [var.account_id]',
    to: 'allowed_account_ids = [var.account_id]\n  skip_credentials_validation = true',
    found: ['providers'],
  },
  {
    title: 'a provider without a bound',
    file: `${PROD}/versions.tf`,
    from: '~> 5.100',
    to: '>= 5.100',
    found: ['pins'],
  },
  {
    title: 'a prod whose API is public',
    file: `${PROD}/terraform.tfvars`,
    from: 'kubernetes_version = "1.35"',
    to: 'kubernetes_version = "1.35"\n  api_public_cidrs = ["203.0.113.0/24"]',
    found: ['environment-values'],
  },
  {
    title: 'a prod that is destroyed with all that it holds',
    file: `${PROD}/terraform.tfvars`,
    to: 'force_destroy = true\n',
    found: ['environment-values'],
  },
  {
    title: 'a prod whose snapshots are deleted in passing',
    file: `${PROD}/terraform.tfvars`,
    from: 'lock_days      = 14',
    to: '',
    found: ['environment-values'],
  },
];
