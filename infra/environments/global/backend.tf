# Once for each account, in the account's own bucket: tofu init -backend-config=accounts/NAME.s3.tfbackend
terraform {
  backend "s3" {
    key          = "global/platform.tfstate"
    use_lockfile = true
  }
}
