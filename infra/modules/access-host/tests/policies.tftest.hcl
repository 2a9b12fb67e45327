provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  partition      = "aws"
  account_id     = "444455556666"
  region         = "us-east-2"
  log_group_name = "/aws/ssm/weatherline-prod-access"
  kms_key_arn    = "arn:aws:kms:us-east-2:444455556666:key/access"
  instance_arn   = "arn:aws:ec2:us-east-2:444455556666:instance/i-1"
  document_name  = "weatherline-prod-access-shell"
  minutes        = 60
}

run "the_host_opens_channels_and_writes_its_log" {
  command = plan
  module {
    source = "./policies"
  }

  assert {
    condition = { for s in jsondecode(output.host).Statement : s.Sid => s.Action } == {
      Channels = [
        "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
        "ssm:UpdateInstanceInformation",
      ]
      FindLog        = "logs:DescribeLogGroups"
      WriteLog       = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      DecryptSession = "kms:Decrypt"
    }
    error_message = "The host may do something else: ${output.host}"
  }
  assert {
    condition     = toset([for s in jsondecode(output.host).Statement : s.Sid if s.Resource == "*"]) == toset(["Channels", "FindLog"])
    error_message = "Something else is about everything."
  }
  assert {
    condition = jsondecode(output.host).Statement[2].Resource == [
      "arn:aws:logs:us-east-2:444455556666:log-group:/aws/ssm/weatherline-prod-access",
      "arn:aws:logs:us-east-2:444455556666:log-group:/aws/ssm/weatherline-prod-access:*",
    ]
    error_message = "Another log is written."
  }
}

run "a_person_reaches_one_host_by_two_documents_and_ends_own_sessions" {
  command = plan
  module {
    source = "./policies"
  }

  assert {
    condition = { for s in jsondecode(output.session).Statement : s.Sid => s.Resource } == {
      Host = "arn:aws:ec2:us-east-2:444455556666:instance/i-1"
      PortsAndRecordedShell = [
        "arn:aws:ssm:us-east-2::document/AWS-StartPortForwardingSessionToRemoteHost",
        "arn:aws:ssm:us-east-2:444455556666:document/weatherline-prod-access-shell",
      ]
      OwnSessions    = "arn:aws:ssm:us-east-2:444455556666:session/*"
      EncryptSession = "arn:aws:kms:us-east-2:444455556666:key/access"
    }
    error_message = "Another host or document is reached: ${output.session}"
  }
  assert {
    condition     = jsondecode(output.session).Statement[0].Condition == { BoolIfExists = { "ssm:SessionDocumentAccessCheck" = "true" } }
    error_message = "A session without a document would be a shell that nothing records."
  }
  assert {
    condition     = jsondecode(output.session).Statement[2].Condition.StringLike["ssm:resourceTag/aws:ssmmessages:session-id"] == "$${aws:userid}*"
    error_message = "Sessions of others may be taken over."
  }
}

run "a_shell_is_encrypted_and_recorded" {
  command = plan
  module {
    source = "./policies"
  }

  assert {
    condition = jsondecode(output.shell).sessionType == "Standard_Stream" && jsondecode(output.shell).inputs == {
      kmsKeyId                    = "arn:aws:kms:us-east-2:444455556666:key/access"
      cloudWatchLogGroupName      = "/aws/ssm/weatherline-prod-access"
      cloudWatchEncryptionEnabled = true
      cloudWatchStreamingEnabled  = true
      s3BucketName                = ""
      s3KeyPrefix                 = ""
      s3EncryptionEnabled         = true
      runAsEnabled                = false
      idleSessionTimeout          = "15"
      maxSessionDuration          = "60"
    }
    error_message = "A shell is recorded otherwise: ${output.shell}"
  }
}

run "the_key_serves_one_log_group" {
  command = plan
  module {
    source = "./policies"
  }

  assert {
    condition     = jsondecode(output.key).Statement[1].Condition.ArnEquals["kms:EncryptionContext:aws:logs:arn"] == "arn:aws:logs:us-east-2:444455556666:log-group:/aws/ssm/weatherline-prod-access" && length(jsondecode(output.key).Statement) == 2
    error_message = "Others use the key: ${output.key}"
  }
  assert {
    condition     = jsondecode(output.trust).Statement[0].Principal == { Service = "ec2.amazonaws.com" }
    error_message = "Others take the host's role."
  }
}

run "in_china_services_have_other_names" {
  command = plan
  module {
    source = "./policies"
  }
  variables {
    partition = "aws-cn"
    region    = "cn-north-1"
  }

  assert {
    condition     = jsondecode(output.trust).Statement[0].Principal.Service == "ec2.amazonaws.com.cn" && jsondecode(output.key).Statement[1].Principal.Service == "logs.cn-north-1.amazonaws.com.cn"
    error_message = "EC2 or the logs of China cannot."
  }
}
