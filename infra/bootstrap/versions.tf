terraform {
  required_version = ">= 1.10, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # The bucket is named at init (-backend-config=bucket=…): README.md tells the first time from all others. No `encrypt`: it would
  # ask for S3's own key, which the bucket refuses; by itself it takes ours.
  backend "s3" {
    key          = "bootstrap.tfstate"
    use_lockfile = true
  }
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      project    = "weatherline"
      component  = "bootstrap"
      managed-by = "opentofu"
    }
  }
}
