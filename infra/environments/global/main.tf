# What an account has once and no region holds.
resource "aws_route53_zone" "this" {
  name    = var.zone_name
  comment = "weatherline"

  # Whoever holds the name servers of a deleted zone's parent entry answers in its name.
  force_destroy = false
}

# Only these authorities make certificates for the zone: an Amazon certificate is what ACM makes.
resource "aws_route53_record" "authorities" {
  zone_id = aws_route53_zone.this.zone_id
  name    = var.zone_name
  type    = "CAA"
  ttl     = 3600
  records = ["0 issue \"amazon.com\"", "0 issuewild \";\""]
}

resource "aws_route53_record" "delegation" {
  for_each = var.delegations
  zone_id  = aws_route53_zone.this.zone_id
  name     = each.key
  type     = "NS"
  ttl      = 3600
  records  = each.value

  lifecycle {
    precondition {
      condition     = endswith(each.key, ".${var.zone_name}")
      error_message = "${each.key} is not below ${var.zone_name}."
    }
  }
}
