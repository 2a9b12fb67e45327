# The cluster knows the role by this name, to which the namespace's RoleBinding gives its rights. No access policy of EKS: they
# are for whole kinds, and this needs less.
resource "aws_eks_access_entry" "pods" {
  count         = var.pods == null ? 0 : 1
  cluster_name  = var.pods.cluster_name
  principal_arn = aws_iam_role.pods[0].arn
  type          = "STANDARD"
  user_name     = var.pods.user

  lifecycle {
    precondition {
      condition     = var.pods.cluster_name == var.name
      error_message = "The experiment is of ${var.name}: it has no business in ${var.pods.cluster_name}."
    }
  }
}

resource "aws_iam_role" "pods" {
  count                = var.pods == null ? 0 : 1
  name                 = "${var.name}-chaos-pods"
  description          = "Experiment: pods of ${var.name} are deleted"
  assume_role_policy   = local.trust
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "pods" {
  count  = var.pods == null ? 0 : 1
  name   = "delete-pods"
  role   = aws_iam_role.pods[0].id
  policy = local.pods_policy
}

resource "aws_fis_experiment_template" "pods" {
  count       = var.pods == null ? 0 : 1
  description = "${var.name}: ${var.pods.percent} % of the pods ${var.pods.selector} are deleted"
  role_arn    = aws_iam_role.pods[0].arn
  tags        = { Name = "${var.name}-pods" }

  stop_condition {
    source = "aws:cloudwatch:alarm"
    value  = var.stop_alarm_arn
  }

  action {
    name      = "delete"
    action_id = "aws:eks:pod-delete"

    parameter {
      key   = "kubernetesServiceAccount"
      value = var.pods.service_account
    }

    # The namespace takes no other pods.
    parameter {
      key   = "fisPodSecurityPolicy"
      value = "restricted"
    }

    target {
      key   = "Pods"
      value = "pods"
    }
  }

  target {
    name           = "pods"
    resource_type  = "aws:eks:pod"
    selection_mode = "PERCENT(${var.pods.percent})"

    parameters = {
      clusterIdentifier = local.cluster_arn
      namespace         = var.pods.namespace
      selectorType      = "labelSelector"
      selectorValue     = var.pods.selector
    }
  }

  depends_on = [aws_eks_access_entry.pods]
}
