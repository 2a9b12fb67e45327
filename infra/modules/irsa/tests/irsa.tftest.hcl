provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name            = "weatherline-test"
  namespace       = "weatherline"
  service_account = "upload"
  oidc = {
    provider_arn = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/EXAMPLE"
    issuer       = "https://oidc.eks.us-east-2.amazonaws.com/id/EXAMPLE"
  }
  policy = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b/weather-products/*\"}]}" }
}

run "the_role_is_one_service_accounts_alone" {
  command = plan

  assert {
    condition     = aws_iam_role.this.name == "weatherline-test-upload"
    error_message = "The service account's annotation names another role."
  }
  assert {
    condition = jsondecode(output.trust) == {
      Version = "2012-10-17"
      Statement = [{
        Sid       = "ServiceAccount"
        Effect    = "Allow"
        Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/EXAMPLE" }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "oidc.eks.us-east-2.amazonaws.com/id/EXAMPLE:sub" = "system:serviceaccount:weatherline:upload"
            "oidc.eks.us-east-2.amazonaws.com/id/EXAMPLE:aud" = "sts.amazonaws.com"
          }
        }
      }]
    }
    error_message = "Somebody else may assume the role: ${output.trust}"
  }
  assert {
    condition     = aws_iam_role.this.assume_role_policy == output.trust && aws_iam_role.this.max_session_duration == 3600
    error_message = "The output is not what the role gets, or a session outlives an hour."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.this[0].policy) == jsondecode(var.policy.json) && length(aws_iam_role_policy_attachment.this) == 0
    error_message = "The role may do something else."
  }
}

run "an_add_on_has_the_policy_that_aws_keeps_for_it" {
  command = plan
  variables {
    namespace        = "kube-system"
    service_account  = "aws-node"
    policy           = null
    managed_policies = ["AmazonEKS_CNI_Policy"]
  }

  assert {
    condition     = [for a in aws_iam_role_policy_attachment.this : a.policy_arn] == ["arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"] && length(aws_iam_role_policy.this) == 0
    error_message = "The add-on may do something else."
  }
}

run "pod_identity_is_bound_to_cluster_namespace_and_account_too" {
  command = plan
  variables {
    pod_identity = { cluster_name = "weatherline-test" }
  }

  assert {
    condition = jsondecode(output.trust).Statement[1].Condition.StringEquals == {
      "aws:RequestTag/eks-cluster-name"           = "weatherline-test"
      "aws:RequestTag/kubernetes-namespace"       = "weatherline"
      "aws:RequestTag/kubernetes-service-account" = "upload"
    }
    error_message = "Pods of others get the role from the agent."
  }
  assert {
    condition     = aws_eks_pod_identity_association.this[0].service_account == "upload" && aws_eks_pod_identity_association.this[0].namespace == "weatherline"
    error_message = "The agent hands the role to others."
  }
}

run "patterns_for_names_are_refused" {
  command = plan
  variables {
    namespace       = "*"
    service_account = "up*"
  }
  expect_failures = [var.namespace, var.service_account]
}

run "a_role_without_a_policy_is_refused" {
  command = plan
  variables {
    policy = null
  }
  expect_failures = [aws_iam_role.this]
}

run "a_name_that_iam_does_not_take_is_refused" {
  command = plan
  variables {
    service_account = "a-service-account-with-a-name-of-more-than-forty-nine-letters"
  }
  expect_failures = [aws_iam_role.this]
}

run "further_policies_stand_beside_the_first" {
  command = plan
  variables {
    further_policies = { kafka = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" } }
  }

  assert {
    condition     = length(aws_iam_role_policy.this) == 1 && [for policy in aws_iam_role_policy.further : policy.name] == ["kafka"]
    error_message = "One of the two policies is lost."
  }
}

run "a_further_policy_does_not_replace_the_first" {
  command = plan
  variables {
    further_policies = { upload = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" } }
  }
  expect_failures = [aws_iam_role.this]
}

run "a_boundary_is_passed_on" {
  command = plan
  variables {
    permissions_boundary = "arn:aws:iam::111122223333:policy/weatherline-test-ci-boundary"
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == "arn:aws:iam::111122223333:policy/weatherline-test-ci-boundary"
    error_message = "The role goes as far as its policy."
  }
}
