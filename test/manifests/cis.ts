/** CIS Amazon EKS Benchmark 1.5: what manifests can meet, in the words of https://github.com/aquasecurity/kube-bench (cfg/eks-1.5.0). */
export const CIS: Readonly<Record<string, string>> = {
  '4.1.1': 'cluster-admin is used only where required',
  '4.1.2': 'access to secrets is minimised',
  '4.1.3': 'roles have no wildcards',
  '4.1.4': 'access to create pods is minimised',
  '4.1.5': 'default service accounts are not used',
  '4.1.6': "service accounts' tokens are mounted only where needed",
  '4.1.8': 'bind, impersonate and escalate are not given',
  '4.2.1': 'no privileged containers',
  '4.2.2': "no sharing of the host's process ids",
  '4.2.3': "no sharing of the host's IPC",
  '4.2.4': "no sharing of the host's network",
  '4.2.5': 'no allowPrivilegeEscalation',
  '4.3.1': 'the CNI supports network policies, and the policies say what they mean',
  '4.3.2': 'all namespaces have network policies',
  '4.4.1': 'secrets are files, not environment variables',
  '4.4.2': 'secrets are kept outside the cluster',
  '4.5.1': 'namespaces are boundaries',
  '4.5.2': 'pods and containers have a security context',
  '4.5.3': 'the default namespace is not used',
};
/** 4.1.7 is of the cluster's access entries, which are infrastructure. */
