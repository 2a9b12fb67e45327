data "aws_availability_zones" "this" {
  state            = "available"
  exclude_zone_ids = var.disallowed_zone_ids

  # Local and wavelength zones are opted into; none of them can hold the cluster.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  # At most as many as there are; the precondition below says that there are too few.
  available = sort(data.aws_availability_zones.this.names)
  zones     = slice(local.available, 0, min(var.az_count, length(local.available)))

  # A /16: three /20 for load balancers and NAT, one /20 of /28s for the control plane, three /19 for nodes and pods. Blocks of
  # zones that are not used stay free, so that a third zone moves nothing. NetworkPolicies name the public blocks.
  public_blocks = [for index in range(3) : cidrsubnet(var.cidr, 4, index)]
  intra_block   = cidrsubnet(var.cidr, 4, 3)
  public        = { for index, zone in local.zones : zone => local.public_blocks[index] }
  intra         = { for index, zone in local.zones : zone => cidrsubnet(local.intra_block, 8, index) }
  private       = { for index, zone in local.zones : zone => cidrsubnet(var.cidr, 3, index + 2) }
  nat_zones     = var.nat_mode == "single" ? slice(local.zones, 0, 1) : local.zones
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = var.name }

  lifecycle {
    precondition {
      condition     = length(local.available) >= var.az_count
      error_message = "The region has fewer zones than az_count that may be used."
    }
  }
}

# No rules: whoever names no group of its own reaches nothing.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-default-closed" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = var.name }
}

resource "aws_subnet" "public" {
  for_each                = local.public
  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false

  tags = {
    Name                     = "${var.name}-public-${each.key}"
    "kubernetes.io/role/elb" = "1"
  }
}

# The only subnets that Karpenter finds.
resource "aws_subnet" "private" {
  for_each          = local.private
  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = {
    Name                              = "${var.name}-private-${each.key}"
    "kubernetes.io/role/internal-elb" = "1"
    "karpenter.sh/discovery"          = var.name
  }
}

# The control plane's network interfaces: no way out.
resource "aws_subnet" "intra" {
  for_each          = local.intra
  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value
  tags              = { Name = "${var.name}-intra-${each.key}" }
}
