locals {
  changes = "route53:ChangeResourceRecordSets"

  # The host's own records, and beside each of them a TXT by which external-dns knows that it made it (its default naming).
  external_dns = [
    { Sid = "FindZone", Effect = "Allow", Action = ["route53:ListHostedZones", "route53:ListTagsForResources"], Resource = ["*"] },
    { Sid = "ListNames", Effect = "Allow", Action = ["route53:ListResourceRecordSets"], Resource = [var.zone_arn] },
    {
      Sid      = "KeepNames"
      Effect   = "Allow"
      Action   = [local.changes]
      Resource = [var.zone_arn]
      Condition = {
        "ForAllValues:StringEquals" = {
          "${local.changes}NormalizedRecordNames" = concat([var.domain], [for type in ["a", "aaaa", "cname"] : "${type}-${var.domain}"])
          "${local.changes}RecordTypes"           = ["A", "AAAA", "CNAME", "TXT"]
        }
      }
    },
  ]

  # Answers to challenges alone. Given hostedZoneID it does not look for the zone, but names without it are looked up.
  cert_manager = [
    { Sid = "FindZone", Effect = "Allow", Action = ["route53:ListHostedZonesByName"], Resource = ["*"] },
    { Sid = "SeeChange", Effect = "Allow", Action = ["route53:GetChange"], Resource = ["arn:${var.partition}:route53:::change/*"] },
    { Sid = "ListNames", Effect = "Allow", Action = ["route53:ListResourceRecordSets"], Resource = [var.zone_arn] },
    {
      Sid      = "AnswerChallenge"
      Effect   = "Allow"
      Action   = [local.changes]
      Resource = [var.zone_arn]
      Condition = {
        "ForAllValues:StringEquals" = { "${local.changes}RecordTypes" = ["TXT"] }
        "ForAllValues:StringLike"   = { "${local.changes}NormalizedRecordNames" = ["_acme-challenge.*"] }
      }
    },
  ]
}
