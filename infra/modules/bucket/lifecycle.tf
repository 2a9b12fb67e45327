resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket                                 = aws_s3_bucket_versioning.this.id
  transition_default_minimum_object_size = "all_storage_classes_128K"

  rule {
    id     = "tidy"
    status = "Enabled"
    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    noncurrent_version_expiration {
      noncurrent_days           = var.noncurrent_days
      newer_noncurrent_versions = var.noncurrent_versions
    }
  }

  # Apart from "tidy": a rule's expiration holds either days or this.
  dynamic "rule" {
    for_each = var.expire_days == null ? [true] : []

    content {
      id     = "delete-markers"
      status = "Enabled"
      filter {}

      expiration {
        expired_object_delete_marker = true
      }
    }
  }

  # Expiry by days removes the delete markers that it leaves.
  dynamic "rule" {
    for_each = var.expire_days[*]

    content {
      id     = "expire"
      status = "Enabled"
      filter {}

      expiration {
        days = rule.value
      }
    }
  }

  dynamic "rule" {
    for_each = var.archive_prefix[*]

    content {
      id     = "archive"
      status = "Enabled"

      filter {
        prefix = rule.value
      }

      dynamic "transition" {
        for_each = { STANDARD_IA = 30, GLACIER_IR = 90, DEEP_ARCHIVE = 365 }

        content {
          storage_class = transition.key
          days          = transition.value
        }
      }
    }
  }
}
