# The bucket is ../../bootstrap's. No `encrypt`: it would ask for S3's own key, which the bucket refuses; by itself it takes ours.
terraform {
  backend "s3" {
    bucket       = "weatherline-tfstate-222233334444"
    key          = "staging/platform.tfstate"
    region       = "us-east-2"
    use_lockfile = true
  }
}
