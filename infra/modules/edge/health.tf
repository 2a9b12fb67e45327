# Asked from outside, over the public name: what no probe within the cluster sees (DNS, certificate, firewall, load balancer).
# It asks for no more than the gateway's answer; whether products are fresh is the monitoring's question.
resource "aws_route53_health_check" "this" {
  count             = var.health_check == null ? 0 : 1
  fqdn              = var.domain
  type              = "HTTPS"
  port              = 443
  resource_path     = var.health_check.path
  enable_sni        = true
  request_interval  = var.health_check.interval_seconds
  failure_threshold = var.health_check.failures
  measure_latency   = true
  tags              = { Name = "${var.name}-public" }
}
