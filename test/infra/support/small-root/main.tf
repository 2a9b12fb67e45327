# The smallest root that has what the stand-in is for: a bucket, a role, a queue.
terraform {
  required_version = ">= 1.10"

  # Replaced by the runner: production roots keep their state in S3.
  backend "s3" {}

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { project = "weatherline" }
  }
}

variable "region" {
  description = "Region of everything here."
  type        = string
  default     = "us-east-1"
}

variable "bucket" {
  description = "Name of the bucket."
  type        = string
}

resource "aws_s3_bucket" "this" {
  bucket = var.bucket
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_iam_role" "this" {
  name = "${var.bucket}-reader"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "this" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_s3_account_public_access_block" "this" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_sqs_queue" "this" {
  name                       = "${var.bucket}-events"
  visibility_timeout_seconds = 60
}

output "bucket_arn" {
  description = "The bucket, for policies."
  value       = aws_s3_bucket.this.arn
}
