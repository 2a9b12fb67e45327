locals {
  role_prefix = "arn:${local.partition}:iam::${var.account_id}:role/${local.name}-"
  functions   = ["fetch", "transform", "upload"]

  # Service accounts in the namespaces where the manifests have them. Names are keys: known at plan, whatever the policies hold.
  of_the_store = {
    fetch          = "weatherline"
    upload         = "weatherline"
    trigger        = "weatherline"
    gateway        = "weatherline"
    operator       = "weatherline"
    vault          = "vault"
    vault-snapshot = "vault"
  }
  of_the_edge = {
    aws-load-balancer-controller = "kube-system"
    external-dns                 = "external-dns"
    cert-manager                 = "cert-manager"
  }
  of_msk = var.kafka.mode == "none" ? {} : { transform = "weatherline" }

  workloads = merge(
    { for name, namespace in local.of_the_store : name => { namespace = namespace, policy = var.policies[name] } },
    { for name, namespace in local.of_the_edge : name => { namespace = namespace, policy = module.edge.policies[name] } },
    { for name, namespace in local.of_msk : name => { namespace = namespace, policy = module.kafka_msk.policies[name] } },
    { for name in keys(var.telemetry_days) : name => { namespace = module.telemetry_store.irsa[name].namespace, policy = module.telemetry_store.irsa[name].policy.json } },
    { velero = { namespace = module.backup.irsa.namespace, policy = module.backup.irsa.policy.json } },
  )

  # With MSK these have Kafka's rights beside the store's; transform has no others.
  kafka_besides = var.kafka.mode == "none" ? [] : ["fetch", "upload", "trigger", "operator"]
}

module "role" {
  source           = "../irsa"
  for_each         = local.workloads
  name             = local.name
  namespace        = each.value.namespace
  service_account  = each.key
  oidc             = module.cluster.oidc
  policy           = { json = each.value.policy }
  further_policies = { for name in ["kafka"] : name => { json = module.kafka_msk.policies[each.key] } if contains(local.kafka_besides, each.key) }
  trusted_roles    = contains(local.functions, each.key) ? module.keda[*].role_arn : []
}

# KEDA asks MSK for the lag in the functions' names. Apart from the others, which trust it: IAM takes nobody that is not there.
module "keda" {
  source          = "../irsa"
  count           = var.kafka.mode == "none" ? 0 : 1
  name            = local.name
  namespace       = "keda"
  service_account = "keda-operator"
  oidc            = module.cluster.oidc
  policy          = { json = module.kafka_msk.policies["keda"] }
}

module "kafka_msk" {
  source                 = "../kafka-msk"
  name                   = local.name
  kafka_mode             = var.kafka.mode
  vpc_id                 = module.network.vpc_id
  subnet_ids             = module.network.private_subnet_ids
  client_security_groups = { cluster = module.cluster.security_group_id }
  kafka_version          = var.kafka.version
  instance_type          = var.kafka.instance_type
  volume_gb              = var.kafka.volume_gb
  log_kms_key_arn        = module.audit.log_key_arn
  function_role_arns     = { for name in local.functions : name => "${local.role_prefix}${name}" }
}
