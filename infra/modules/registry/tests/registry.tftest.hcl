provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name       = "weatherline-test"
  account_id = "111122223333"
  region     = "us-east-2"
}

run "every_image_has_a_repository_whose_tags_never_move" {
  command = plan

  assert {
    condition = toset([for r in aws_ecr_repository.this : r.name]) == toset([
      "weatherline/fetch", "weatherline/transform", "weatherline/upload", "weatherline/gateway",
      "weatherline/cli", "weatherline/secrets-init", "weatherline/vault-admin",
    ])
    error_message = "An image has nowhere to go, or a repository no image."
  }
  assert {
    condition     = alltrue([for r in aws_ecr_repository.this : r.image_tag_mutability == "IMMUTABLE" && !r.force_delete])
    error_message = "A tag may move, or images go with their repository."
  }
  assert {
    condition     = alltrue([for r in aws_ecr_repository.this : r.image_scanning_configuration[0].scan_on_push && r.encryption_configuration[0].encryption_type == "KMS"])
    error_message = "An image is not scanned, or not encrypted by the key."
  }
  assert {
    condition     = output.registry == "111122223333.dkr.ecr.us-east-2.amazonaws.com" && aws_kms_alias.this.name == "alias/weatherline-test-images" && aws_kms_key.this.enable_key_rotation
    error_message = "REGISTRY of cluster-config.env is another, or the key does not rotate."
  }
}

run "old_images_go_and_the_last_releases_stay" {
  command = plan
  variables {
    kept_releases = 12
  }

  assert {
    condition = alltrue([for p in aws_ecr_lifecycle_policy.this : [for r in jsondecode(p.policy).rules : [r.selection.tagStatus, r.selection.countNumber]] == [
      ["untagged", 7], ["tagged", 36]
    ]])
    error_message = "Other images go."
  }
}

run "the_whole_registrys_settings_are_left_alone_by_default" {
  command = plan

  assert {
    condition = (
      length(aws_ecr_registry_scanning_configuration.this) + length(aws_ecr_replication_configuration.this) +
      length(aws_ecr_pull_through_cache_rule.this) + length(aws_ecr_repository_policy.this) + length(aws_ecr_registry_policy.this)
    ) == 0
    error_message = "An option is on that nobody asked for."
  }
}

run "options" {
  command = plan
  variables {
    build_cache    = true
    enhanced_scan  = true
    replica_region = "us-west-2"
    pull_through   = { ecr-public = "public.ecr.aws" }
    pullers        = ["444455556666"]
  }

  assert {
    condition     = aws_ecr_repository.this["build-cache"].image_tag_mutability == "MUTABLE" && aws_ecr_repository.this["fetch"].image_tag_mutability == "IMMUTABLE"
    error_message = "Tags of the cache do not move, or those of images do."
  }
  assert {
    condition     = aws_ecr_registry_scanning_configuration.this[0].scan_type == "ENHANCED"
    error_message = "Inspector does not scan."
  }
  assert {
    condition     = aws_ecr_replication_configuration.this[0].replication_configuration[0].rule[0].destination[0].region == "us-west-2"
    error_message = "Images go elsewhere."
  }
  assert {
    condition     = jsondecode(output.pull_policy).Statement[0].Principal.AWS == ["arn:aws:iam::444455556666:root"] && !contains(keys(aws_ecr_repository_policy.this), "build-cache")
    error_message = "Others pull, or pull the cache."
  }
  assert {
    condition     = alltrue([for a in jsondecode(output.pull_policy).Statement[0].Action : !strcontains(a, "Put") && !strcontains(a, "*")])
    error_message = "Who pulls may push."
  }
}

run "nodes_fill_the_cache_below_its_prefixes" {
  command = plan
  variables {
    pull_through = { ecr-public = "public.ecr.aws", quay = "quay.io" }
    cache_roles  = ["arn:aws:iam::111122223333:role/weatherline-test-system-node"]
  }

  assert {
    condition = [for s in jsondecode(output.cache_policy).Statement : [s.Principal.AWS, s.Action, s.Resource]] == [[
      ["arn:aws:iam::111122223333:role/weatherline-test-system-node"],
      ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
      ["arn:aws:ecr:us-east-2:111122223333:repository/ecr-public/*", "arn:aws:ecr:us-east-2:111122223333:repository/quay/*"],
    ]]
    error_message = "Nodes make other repositories, or none: ${output.cache_policy}"
  }
  assert {
    condition     = length(aws_ecr_registry_policy.this) == 1
    error_message = "The first pull of an image fails."
  }
}

run "roles_without_a_cache_are_refused" {
  command = plan
  variables {
    cache_roles = ["arn:aws:iam::111122223333:role/weatherline-test-system-node"]
  }
  expect_failures = [aws_ecr_registry_policy.this]
}

run "a_replica_in_the_same_region_is_refused" {
  command = plan
  variables {
    replica_region = "us-east-2"
  }
  expect_failures = [aws_ecr_replication_configuration.this]
}

run "odd_input_is_refused" {
  command = plan
  variables {
    name          = "W"
    account_id    = "1"
    images        = ["Fetch"]
    kept_releases = 1
    pull_through  = { docker-hub = "registry-1.docker.io" }
    pullers       = ["*"]
    cache_roles   = ["*"]
  }
  expect_failures = [var.name, var.account_id, var.images, var.kept_releases, var.pull_through, var.pullers, var.cache_roles]
}
