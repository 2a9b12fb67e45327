provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

override_data {
  target = module.network.data.aws_availability_zones.this
  values = { names = ["us-east-2a", "us-east-2b", "us-east-2c"] }
}

override_data {
  target = module.edge.data.aws_route53_zone.this
  values = { zone_id = "Z0123456789ABCDEFGHIJ" }
}

override_data {
  target = module.cluster.data.aws_eks_cluster_versions.this
  values = { cluster_versions = [{ cluster_version = "1.35", end_of_standard_support_date = "2199-01-01T00:00:00Z" }] }
}

variables {
  environment = "test"
  account_id  = "111122223333"
  region      = "us-east-2"
  policies = {
    for name in ["fetch", "upload", "trigger", "gateway", "operator", "vault", "vault-snapshot"] :
    name => "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::${name}/*\"}]}"
  }
  log_bucket = { name = "weatherline-test-logs-111122223333", arn = "arn:aws:s3:::weatherline-test-logs-111122223333" }
  network    = { cidr = "10.0.0.0/16" }
  edge       = { zone_name = "example.com", domain = "weather.example.com" }
  audit      = { account_wide = true }
  budget     = { monthly_usd = 100, emails = ["platform@example.com"] }
}

run "every_service_account_has_a_role_of_its_own" {
  command = plan

  assert {
    condition = { for name, role in module.role : name => [role.role_name, role.subject] } == {
      for name, namespace in {
        fetch                        = "weatherline"
        upload                       = "weatherline"
        trigger                      = "weatherline"
        gateway                      = "weatherline"
        operator                     = "weatherline"
        vault                        = "vault"
        vault-snapshot               = "vault"
        aws-load-balancer-controller = "kube-system"
        external-dns                 = "external-dns"
        cert-manager                 = "cert-manager"
        thanos                       = "monitoring"
        loki                         = "monitoring"
        tempo                        = "monitoring"
        velero                       = "velero"
      } : name => ["weatherline-test-${name}", "system:serviceaccount:${namespace}:${name}"]
    }
    error_message = "A service account of the manifests has no role, or another one has it."
  }
  assert {
    condition     = length(module.keda) == 0 && length(module.access_host) == 0 && length(module.chaos) == 0 && length(module.ci) == 0
    error_message = "What nobody asked for is made."
  }
}

run "with_msk_functions_have_kafkas_rights_and_trust_keda" {
  command = plan
  variables {
    kafka = { mode = "serverless" }
  }

  assert {
    condition     = module.role["transform"].role_name == "weatherline-test-transform" && module.keda[0].role_name == "weatherline-test-keda-operator"
    error_message = "transform or KEDA cannot speak to MSK."
  }
}

run "by_choice_there_are_a_host_experiments_and_ci" {
  command = plan
  variables {
    access_host = { ami_id = "ami-0123456789abcdef0" }
    chaos       = true
    ci          = { repository = "OWNER/weatherline", state_key_arn = "arn:aws:kms:us-east-2:111122223333:key/state" }
  }

  assert {
    condition     = length(module.access_host) == 1 && length(module.chaos) == 1 && output.ci_role_arns["apply"] == "arn:aws:iam::111122223333:role/weatherline-test-ci-apply"
    error_message = "What was asked for is not made."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.unserved[0].treat_missing_data == "notBreaching" && aws_cloudwatch_metric_alarm.unserved[0].threshold == 5
    error_message = "Nothing stops an experiment, or everything does."
  }
}

run "odd_input_is_refused" {
  command = plan
  variables {
    environment = "Prod-1"
    account_id  = "1"
    policies    = { fetch = "{}" }
  }
  expect_failures = [var.environment, var.account_id, var.policies]
}
