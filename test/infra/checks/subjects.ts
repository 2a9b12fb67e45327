import { CHAOS, FINOPS, HOST, REPLICATION, roles } from './role-subjects.ts';

/** One module, called as an environment calls it, with ARNs that are known: then its documents are known at plan. */
export type Subject = { readonly folder: string; readonly call: (infra: string) => string };

const ACCOUNT = '111122223333';
const NAMED = `name = "weatherline-any"\naccount_id = "${ACCOUNT}"\nregion = "us-east-2"`;
const OIDC = `oidc = {
  provider_arn = "arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/A"
  issuer       = "https://oidc.eks.us-east-2.amazonaws.com/id/A"
}`;
const KEY = `arn:aws:kms:us-east-2:${ACCOUNT}:key/products`;
const BUCKET = `encryption = { kms_key_arn = "${KEY}" }\naccess_log = { bucket = "weatherline-any-logs-${ACCOUNT}" }`;

/** The call of a module itself. */
function only(folder: string, args: string): Subject {
  return { folder, call: (infra) => `module "NAME" {\n  source = "${infra}/${folder}"\n${args}\n}\n` };
}

/** A module of documents alone, whose statements become a role's or a bucket's, as an environment makes them. */
function through(folder: string, made: (infra: string) => string): Subject {
  return { folder, call: made };
}

export const SUBJECTS = {
  roles: roles(false),
  roles_with_msk: roles(true),
  chaos: CHAOS,
  replication: REPLICATION,
  bootstrap: only(
    'bootstrap',
    `account_id = "${ACCOUNT}"\nrepository = "example/weatherline"\n${BUCKET.split('\n')[1]}`,
  ),
  bucket: only('modules/bucket', `name = "weatherline-any-things-${ACCOUNT}"\n${BUCKET}`),
  products: through(
    'modules/product-store',
    (
      infra,
    ) => `module "NAME_store" {\n  source = "${infra}/modules/product-store"\n${NAMED}\n${BUCKET.split('\n')[1]}\n}
module "NAME" {
  source = "${infra}/modules/bucket"
  name = "weatherline-any-products-${ACCOUNT}"
  ${BUCKET}
  policy_documents = [jsonencode({ Version = "2012-10-17", Statement = jsondecode(module.NAME_store.statements) })]
}\n`,
  ),
  states: through(
    'bootstrap/ci-policy',
    (infra) => `module "NAME_documents" {
  source = "${infra}/bootstrap/ci-policy"
  bucket_arn = "arn:aws:s3:::weatherline-tfstate-${ACCOUNT}"
  kms_key_arn = "arn:aws:kms:us-east-2:${ACCOUNT}:key/tfstate"
  environment_role_arns = []
}
module "NAME" {
  source = "${infra}/modules/irsa"
  name = "weatherline-any"
  namespace = "any"
  service_account = "ci"
  ${OIDC}
  policy = { json = module.NAME_documents.json }
}\n`,
  ),
  writer: through(
    'modules/product-store',
    (infra) => `module "NAME_documents" {
  source = "${infra}/modules/product-store/policies"
  bucket_arn = "arn:aws:s3:::weatherline-any-products-${ACCOUNT}"
  kms_key_arn = "${KEY}"
  region = "us-east-2"
}
module "NAME" {
  source = "${infra}/modules/irsa"
  name = "weatherline-any"
  namespace = "weatherline"
  service_account = "upload"
  ${OIDC}
  policy = { json = module.NAME_documents.json["upload"] }
}\n`,
  ),
  trusting: only(
    'modules/irsa',
    `name = "weatherline-any"\nnamespace = "weatherline"\nservice_account = "test-node"\n${OIDC}
managed_policies = ["AmazonEKSWorkerNodePolicy"]\ntrusted_roles = ["arn:aws:iam::${ACCOUNT}:role/weatherline-any-keda"]`,
  ),
  network: only(
    'modules/network',
    `name = "weatherline-any"\nregion = "us-east-2"\ncidr = "10.0.0.0/16"\naz_count = 3\nnat_mode = "single"
interface_endpoints = ["sts"]\nflow_log = { bucket_arn = "arn:aws:s3:::weatherline-any-logs-${ACCOUNT}" }`,
  ),
  cluster: only(
    'modules/eks-cluster',
    `${NAMED}\ncontrol_plane_subnet_ids = ["subnet-1", "subnet-2"]\nnode_subnet_ids = ["subnet-3"]`,
  ),
  karpenter: only('modules/karpenter', `${NAMED}\ncluster_name = "weatherline-any"\n${OIDC}`),
  registry: only('modules/registry', NAMED),
  kafka: only(
    'modules/kafka-msk',
    `name = "weatherline-any"\nkafka_mode = "provisioned"\nvpc_id = "vpc-1"\nsubnet_ids = ["subnet-1", "subnet-2", "subnet-3"]
client_security_groups = { cluster = "sg-1" }\nlog_kms_key_arn = "${KEY}"
function_role_arns = { for name in ["fetch", "transform", "upload"] : name => "arn:aws:iam::${ACCOUNT}:role/weatherline-any-\${name}" }`,
  ),
  edge: only(
    'modules/edge',
    `${NAMED}\nzone_name = "example.com"\nzone_id = "Z0123456789"\ndomain = "weather.example.com"\nlog_kms_key_arn = "${KEY}"`,
  ),
  audit: only('modules/audit', `${NAMED}\naccess_log = { bucket = "weatherline-any-logs-${ACCOUNT}" }`),
  host: HOST,
  finops: FINOPS,
  ci: only(
    'modules/ci',
    `${NAMED}\nenvironment = "prod"\nrepository = "example/weatherline"\ncreate_oidc_provider = false
state_bucket = "weatherline-tfstate-${ACCOUNT}"\nstate_key_arn = "arn:aws:kms:us-east-2:${ACCOUNT}:key/00000000-0000-4000-8000-000000000003"\nstate_prefix = "prod/"`,
  ),
} as const satisfies Readonly<Record<string, Subject>>;

export type SubjectName = keyof typeof SUBJECTS;
