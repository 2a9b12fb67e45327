# The bucket is ../../bootstrap's, in the region that takes over: whoever has lost the other one still has the state. No `encrypt`: it
# would ask for S3's own key, which the bucket refuses; by itself it takes ours.
terraform {
  backend "s3" {
    bucket       = "weatherline-tfstate-444455556666"
    key          = "dr/platform.tfstate"
    region       = "us-west-2"
    use_lockfile = true
  }
}
