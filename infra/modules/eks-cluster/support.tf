# Beside the check and not in it: there it would be read anew at every plan, which then always has something to do. All versions are
# asked for and ours is picked: the provider does not send cluster_versions_only (5.100).
data "aws_eks_cluster_versions" "this" {}

# Says so at every plan, and stops none: what to do about it is an upgrade, a step at a time.
check "standard_support" {
  assert {
    condition = alltrue([
      for version in data.aws_eks_cluster_versions.this.cluster_versions :
      timecmp(version.end_of_standard_support_date, timeadd(plantimestamp(), "2160h")) > 0
      if version.cluster_version == var.kubernetes_version
    ])
    error_message = "Standard support of Kubernetes ${var.kubernetes_version} ends within 90 days: upgrade before it costs six times as much."
  }
}
