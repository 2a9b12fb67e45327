account_id  = "111122223333"
zone_name   = "dev.example.com"
delegations = {}
