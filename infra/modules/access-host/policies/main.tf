locals {
  # In China regional services and EC2 have names of their own.
  dns_suffix    = var.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
  log_group_arn = "arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:${var.log_group_name}"

  trust = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.${local.dns_suffix}" }, Action = "sts:AssumeRole" }]
  })

  # In a key's policy "*" is that key.
  key = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Account"
        Effect    = "Allow"
        Principal = { AWS = "arn:${var.partition}:iam::${var.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "LogOfSessions"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.${local.dns_suffix}" }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*"
        Condition = { ArnEquals = { "kms:EncryptionContext:aws:logs:arn" = local.log_group_arn } }
      },
    ]
  })

  # Instead of AmazonSSMManagedInstanceCore, which reads every parameter of the account.
  host = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Channels have no ARN, and so no narrower resource.
        Sid    = "Channels"
        Effect = "Allow"
        Action = [
          "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
          "ssm:UpdateInstanceInformation",
        ]
        Resource = "*"
      },
      # The agent looks for its group among all of them.
      { Sid = "FindLog", Effect = "Allow", Action = "logs:DescribeLogGroups", Resource = "*" },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = [local.log_group_arn, "${local.log_group_arn}:*"]
      },
      { Sid = "DecryptSession", Effect = "Allow", Action = "kms:Decrypt", Resource = var.kms_key_arn },
    ]
  })

  # A session that names no document would be a shell by the region's default: the condition demands a right to the document as well.
  session = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Host"
        Effect    = "Allow"
        Action    = "ssm:StartSession"
        Resource  = var.instance_arn
        Condition = { BoolIfExists = { "ssm:SessionDocumentAccessCheck" = "true" } }
      },
      {
        Sid    = "PortsAndRecordedShell"
        Effect = "Allow"
        Action = "ssm:StartSession"
        Resource = [
          "arn:${var.partition}:ssm:${var.region}::document/AWS-StartPortForwardingSessionToRemoteHost",
          "arn:${var.partition}:ssm:${var.region}:${var.account_id}:document/${var.document_name}",
        ]
      },
      {
        Sid       = "OwnSessions"
        Effect    = "Allow"
        Action    = ["ssm:ResumeSession", "ssm:TerminateSession"]
        Resource  = "arn:${var.partition}:ssm:${var.region}:${var.account_id}:session/*"
        Condition = { StringLike = { "ssm:resourceTag/aws:ssmmessages:session-id" = "$${aws:userid}*" } }
      },
      { Sid = "EncryptSession", Effect = "Allow", Action = "kms:GenerateDataKey", Resource = var.kms_key_arn },
    ]
  })

  # What is typed in a shell and what it answers: encrypted on its way, recorded as it happens.
  shell = jsonencode({
    schemaVersion = "1.0"
    description   = "A shell on the access host, encrypted and recorded in ${var.log_group_name}"
    sessionType   = "Standard_Stream"

    inputs = {
      kmsKeyId                    = var.kms_key_arn
      cloudWatchLogGroupName      = var.log_group_name
      cloudWatchEncryptionEnabled = true
      cloudWatchStreamingEnabled  = true
      s3BucketName                = ""
      s3KeyPrefix                 = ""
      s3EncryptionEnabled         = true
      runAsEnabled                = false
      idleSessionTimeout          = "15"
      maxSessionDuration          = tostring(var.minutes)
    }
  })
}
