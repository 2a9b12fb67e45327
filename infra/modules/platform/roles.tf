locals {
  role_arns = { for name, workload in local.workloads : name => "arn:${local.partition}:iam::${var.account_id}:role/${local.name}-${name}" }

  # Service accounts in the namespaces where the manifests have them, and what each may do. Names are the keys: known at plan.
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
  of_msk = var.kafka.mode == "none" ? {} : { transform = "weatherline", keda = "keda" }

  workloads = merge(
    { for name, namespace in local.of_the_store : name => { namespace = namespace, documents = concat([var.policies[name]], local.msk_documents[name]) } },
    { for name, namespace in local.of_the_edge : name => { namespace = namespace, documents = [module.edge.policies[name]] } },
    { for name, namespace in local.of_msk : name => { namespace = namespace, documents = local.msk_documents[name] } },
    { for name in keys(var.telemetry_days) : name => { namespace = module.telemetry_store.irsa[name].namespace, documents = [module.telemetry_store.irsa[name].policy.json] } },
    { velero = { namespace = module.backup.irsa.namespace, documents = [module.backup.irsa.policy.json] } },
  )

  msk_documents = { for name in concat(keys(local.of_the_store), keys(local.of_msk)) : name => compact([lookup(module.kafka_msk.policies, name, "")]) }
}

module "role" {
  source          = "../irsa"
  for_each        = local.workloads
  name            = local.name
  namespace       = each.value.namespace
  service_account = each.key
  oidc            = module.cluster.oidc
  policy = {
    json = jsonencode({
      Version   = "2012-10-17"
      Statement = flatten([for document in each.value.documents : jsondecode(document).Statement])
    })
  }
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
  function_role_arns = {
    for name in ["fetch", "transform", "upload"] : name => "arn:${local.partition}:iam::${var.account_id}:role/${local.name}-${name}"
  }
}
