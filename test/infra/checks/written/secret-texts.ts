/** How secrets of those who are met here begin. */
const SECRETS: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/, "a key of AWS's"],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key'],
  [/\b(hvs|hvb|hvr)\.[\w-]{20,}/, "a token of Vault's"],
  [/\bgh[pousr]_[A-Za-z0-9]{36,}/, "a token of GitHub's"],
  [/\bxox[abposr]-[\w-]{10,}/, "a token of Slack's"],
  [/\bhooks\.slack\.com\/services\//, "a webhook of Slack's"],
  [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./, 'a token with a signature'],
  [/\b[a-z]+:\/\/[^\s/:@]+:[^\s/:@]+@/, 'a name and a password in an address'],
];

/** What a text looks like, when it looks like a secret. */
export function looksSecret(text: string): string | undefined {
  return SECRETS.find(([pattern]) => pattern.test(text))?.[1];
}
