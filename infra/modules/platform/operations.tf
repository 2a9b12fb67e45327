module "access_host" {
  source     = "../access-host"
  count      = var.access_host == null ? 0 : 1
  name       = local.name
  partition  = local.partition
  enabled    = true
  vpc_id     = module.network.vpc_id
  subnet_id  = module.network.private_subnet_ids[0]
  ami_id     = var.access_host.ami_id
  vpc_cidr   = module.network.cidr
  account_id = var.account_id
  region     = var.region
  api        = { security_group_id = module.cluster.security_group_id }
}

module "finops" {
  source      = "../finops"
  name        = local.name
  account_id  = var.account_id
  region      = var.region
  partition   = local.partition
  environment = var.environment
  monthly_usd = var.budget.monthly_usd
  emails      = var.budget.emails

  # One monitor an account.
  anomaly_monitor = var.audit.account_wide

  off_hours = var.off_hours == null ? null : merge(var.off_hours, {
    cluster_name = module.cluster.name
    size         = var.cluster.system_nodes.size
    max_size     = var.cluster.system_nodes.max_size
  })
}

# Load balancers that answer with errors of their own: nobody is served. Ends an experiment.
resource "aws_cloudwatch_metric_alarm" "unserved" {
  count               = var.chaos ? 1 : 0
  alarm_name          = "${local.name}-unserved"
  alarm_description   = "Load balancers of the account answer 5xx by themselves: the gateway is not reached"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "errors"
    label       = "5xx of load balancers in a minute"
    expression  = "SELECT SUM(HTTPCode_ELB_5XX_Count) FROM SCHEMA(\"AWS/ApplicationELB\", LoadBalancer)"
    period      = 60
    return_data = true
  }
}

module "chaos" {
  source         = "../chaos"
  count          = var.chaos ? 1 : 0
  name           = local.name
  account_id     = var.account_id
  region         = var.region
  partition      = local.partition
  stop_alarm_arn = aws_cloudwatch_metric_alarm.unserved[0].arn
  pods           = { cluster_name = module.cluster.name }
}

module "ci" {
  source               = "../ci"
  count                = var.ci == null ? 0 : 1
  name                 = local.name
  environment          = var.environment
  account_id           = var.account_id
  region               = var.region
  partition            = local.partition
  repository           = var.ci.repository
  create_oidc_provider = false
  roles                = var.ci.roles
  state_bucket         = "weatherline-tfstate-${var.account_id}"
  state_key_arn        = var.ci.state_key_arn
  state_prefix         = "${var.environment}/"
}
