import type { Subject } from './subjects.ts';

const ACCOUNT = '111122223333';
const COMMON = `name = "weatherline-any"\naccount_id = "${ACCOUNT}"\nregion = "us-east-2"`;
const OIDC = `{
    provider_arn = "arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/A"
    issuer       = "https://oidc.eks.us-east-2.amazonaws.com/id/A"
  }`;

/** A key by its name, which a real one has by its alias. */
function key(name: string): string {
  return `"arn:aws:kms:us-east-2:${ACCOUNT}:key/${name}"`;
}

function documents(infra: string): string {
  return `module "NAME_products" {
  source      = "${infra}/modules/product-store/policies"
  bucket_arn  = "arn:aws:s3:::weatherline-any-products-${ACCOUNT}"
  kms_key_arn = ${key('products')}
  region      = "us-east-2"
}

module "NAME_vault" {
  source         = "${infra}/modules/vault-unseal/policies"
  unseal_key_arn = ${key('vault')}
  bucket_arn     = "arn:aws:s3:::weatherline-any-vault-snapshots-${ACCOUNT}"
  bucket_key_arn = ${key('vault-snapshots')}
  region         = "us-east-2"
}

module "NAME_kafka" {
  source             = "${infra}/modules/kafka-msk/policies"
  cluster_arn        = "arn:aws:kafka:us-east-2:${ACCOUNT}:cluster/weatherline-any/00000000-0000-4000-8000-000000000001-2"
  function_role_arns = { for name in ["fetch", "transform", "upload"] : name => "arn:aws:iam::${ACCOUNT}:role/weatherline-any-\${name}" }
}
${stores(infra)}`;
}

function stores(infra: string): string {
  return `
module "NAME_edge" {
  source       = "${infra}/modules/edge/policies"
  zone_arn     = "arn:aws:route53:::hostedzone/Z0123456789"
  domain       = "weather.example.com"
  cluster_name = "weatherline-any"
  account_id   = "${ACCOUNT}"
  region       = "us-east-2"
}

module "NAME_host" {
  source         = "${infra}/modules/access-host/policies"
  kms_key_arn    = ${key('access')}
  log_group_name = "/aws/ssm/weatherline-any-access"
  document_name  = "weatherline-any-access-shell"
  instance_arn   = "arn:aws:ec2:us-east-2:${ACCOUNT}:instance/i-1"
  minutes        = 60
  partition      = "aws"
  account_id     = "${ACCOUNT}"
  region         = "us-east-2"
}

module "NAME_telemetry" {
  source      = "${infra}/modules/telemetry-store"
  kms_key_arn = ${key('cluster')}
  ${COMMON}
}

module "NAME_backup" {
  source      = "${infra}/modules/backup"
  kms_key_arn = ${key('cluster')}
  ${COMMON}
}
`;
}

/** Every service account's role, with MSK or without, each with the documents that ../../../infra/modules/platform gives it. */
export function roles(withMsk: boolean): Subject {
  const msk = withMsk
    ? '{ for name, json in module.NAME_kafka.json : (name == "keda" ? "keda-operator" : name) => json }'
    : '{}';
  return {
    folder: 'modules/irsa',
    call: (infra) => `${documents(infra)}
locals {
  NAME_own = merge(
    module.NAME_products.json,
    module.NAME_vault.json,
    module.NAME_edge.json,
    { for name, role in module.NAME_telemetry.irsa : name => role.policy.json },
    { velero = module.NAME_backup.irsa.policy.json, access-host = module.NAME_host.host },
  )
  NAME_msk = ${msk}
}

module "NAME" {
  source          = "${infra}/modules/irsa"
  for_each        = toset(concat(keys(local.NAME_own), keys(local.NAME_msk)))
  name            = "weatherline-any"
  namespace       = "any"
  service_account = each.key
  oidc            = ${OIDC}
  policy = { json = jsonencode({ Version = "2012-10-17", Statement = concat(
    try(jsondecode(local.NAME_own[each.key]).Statement, []),
    try(jsondecode(local.NAME_msk[each.key]).Statement, []),
  ) }) }
}
`,
  };
}

export const CHAOS: Subject = {
  folder: 'modules/chaos',
  call: (infra) => `module "NAME" {
  source         = "${infra}/modules/chaos"
  stop_alarm_arn = "arn:aws:cloudwatch:us-east-2:${ACCOUNT}:alarm:unserved"
  ${COMMON}
}
`,
};

export const REPLICATION: Subject = {
  folder: 'modules/bucket/replication',
  call: (infra) => `module "NAME" {
  source      = "${infra}/modules/bucket/replication"
  of          = "products"
  bucket      = "weatherline-any-products-${ACCOUNT}"
  bucket_arn  = "arn:aws:s3:::weatherline-any-products-${ACCOUNT}"
  kms_key_arn = ${key('products')}
  replica = {
    bucket_arn  = "arn:aws:s3:::weatherline-dr-products-${ACCOUNT}"
    kms_key_arn = ${key('products')}
    region      = "us-west-2"
  }
  ${COMMON}
}
`,
};

export const FINOPS: Subject = {
  folder: 'modules/finops',
  call: (infra) => `module "NAME" {
  source      = "${infra}/modules/finops"
  environment = "any"
  monthly_usd = 100
  emails      = ["platform@example.com"]
  off_hours   = { cluster_name = "weatherline-any" }
  ${COMMON}
}
`,
};

export const HOST: Subject = {
  folder: 'modules/access-host',
  call: (infra) => `module "NAME" {
  source    = "${infra}/modules/access-host"
  enabled   = true
  vpc_id    = "vpc-1"
  subnet_id = "subnet-1"
  ami_id    = "ami-0123456789abcdef0"
  vpc_cidr  = "10.0.0.0/16"
  api       = { security_group_id = "sg-1" }
  ${COMMON}
}
`,
};
