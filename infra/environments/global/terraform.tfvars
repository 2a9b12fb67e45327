# Prod's account, which holds the zone above the others. Those of dev and staging: -var-file=accounts/NAME.tfvars
account_id = "444455556666"
region     = "us-west-2"
zone_name  = "example.com"

delegations = {
  "dev.example.com"     = ["ns-1.awsdns-01.org", "ns-2.awsdns-02.co.uk"]
  "staging.example.com" = ["ns-3.awsdns-03.com", "ns-4.awsdns-04.net"]
}
