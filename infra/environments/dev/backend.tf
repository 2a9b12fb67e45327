# The bucket is ../../bootstrap's. No `encrypt`: it would ask for S3's own key, which the bucket refuses; by itself it takes ours.
terraform {
  backend "s3" {
    bucket       = "weatherline-tfstate-111122223333"
    key          = "dev/platform.tfstate"
    region       = "us-east-2"
    use_lockfile = true
  }
}
