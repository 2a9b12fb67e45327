# Settings of the account's registry in this region, of which there is one: a single environment of the account sets them.
resource "aws_ecr_registry_scanning_configuration" "this" {
  count     = var.enhanced_scan ? 1 : 0
  scan_type = "ENHANCED"

  rule {
    scan_frequency = "CONTINUOUS_SCAN"

    repository_filter {
      filter      = "weatherline/*"
      filter_type = "WILDCARD"
    }
  }
}

resource "aws_ecr_replication_configuration" "this" {
  count = var.replica_region == null ? 0 : 1

  replication_configuration {
    rule {
      destination {
        region      = var.replica_region
        registry_id = var.account_id
      }

      repository_filter {
        filter      = "weatherline/"
        filter_type = "PREFIX_MATCH"
      }
    }
  }

  lifecycle {
    precondition {
      condition     = var.replica_region != var.region
      error_message = "The replica lies in another region: it is there for the loss of this one."
    }
  }
}

resource "aws_ecr_pull_through_cache_rule" "this" {
  for_each              = var.pull_through
  ecr_repository_prefix = each.key
  upstream_registry_url = each.value
}

resource "aws_ecr_registry_policy" "this" {
  count  = length(var.cache_roles) > 0 ? 1 : 0
  policy = local.cache_policy

  lifecycle {
    precondition {
      condition     = length(var.pull_through) > 0
      error_message = "cache_roles pull through a cache that is not there: pull_through names no registry."
    }
  }
}
