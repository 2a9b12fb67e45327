# Says so at every plan, and stops none: what to do about it is an upgrade, a step at a time.
check "standard_support" {
  data "aws_eks_cluster_versions" "this" {
    cluster_versions_only = [var.kubernetes_version]
  }

  assert {
    condition = alltrue([
      for version in data.aws_eks_cluster_versions.this.cluster_versions :
      timecmp(version.end_of_standard_support_date, timeadd(plantimestamp(), "2160h")) > 0
    ])
    error_message = "Standard support of Kubernetes ${var.kubernetes_version} ends within 90 days: upgrade before it costs six times as much."
  }
}
