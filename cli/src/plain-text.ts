// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Text of others for a terminal: what could move its cursor or colour its lines is shown, not done. */
export function plainText(text: string): string {
  return text.replaceAll(CONTROL, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same on one line, cut where it gets too long. */
export function plainLine(text: string, most = 200): string {
  const line = plainText(text.replaceAll(/\s+/g, ' ').trim());
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

const CREDENTIAL_NAME = /authori[sz]ation|cookie|token|secret|passw|credential|api[-_]?key|appid|signature/i;
const CREDENTIAL_VALUE =
  /^\s*(bearer|basic|digest)\s+\S|\b(appid|api_?key)=|^AKIA[0-9A-Z]{16}$|^eyJ[\w-]+\.[\w-]+\.|PRIVATE KEY/i;

/** Headers without the values that look like credentials: events carry none, but anybody may have written one. */
export function maskedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, text]): [string, string] => [
      name,
      CREDENTIAL_NAME.test(name) || CREDENTIAL_VALUE.test(text) ? '(hidden)' : text,
    ]),
  );
}
