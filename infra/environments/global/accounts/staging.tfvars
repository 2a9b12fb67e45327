account_id  = "222233334444"
zone_name   = "staging.example.com"
delegations = {}
