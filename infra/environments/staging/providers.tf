provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}

# Where products are copied to and Vault's key is repeated; the same region where nothing is.
provider "aws" {
  alias               = "dr"
  region              = var.dr == null ? var.region : var.dr.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = merge(local.tags, { environment = "dr" })
  }
}

locals {
  tags = {
    project     = "weatherline"
    environment = local.environment
    managed-by  = "opentofu"
  }
}
