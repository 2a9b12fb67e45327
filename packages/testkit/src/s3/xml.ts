import type { S3Reply } from './message.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

/** One element with text; `undefined` leaves it out. */
export function element(name: string, text: string | number | boolean | undefined): string {
  return text === undefined ? '' : `<${name}>${escapeXml(String(text))}</${name}>`;
}

export function xmlReply(root: string, inner: string, headers: Readonly<Record<string, string>> = {}): S3Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...headers },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${root}>`,
  };
}

/** The texts of every element of that name, in order; enough for the flat documents that S3 is sent. */
export function textsOf(document: string, name: string): string[] {
  return [...document.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) =>
    unescapeXml(text),
  );
}

function unescapeXml(text: string): string {
  return text.replace(/&(#x?)?([\da-z]+);/gi, (whole, sign: string | undefined, name: string) => {
    if (sign === undefined) return CHARACTERS[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(name, sign === '#' ? 10 : 16));
  });
}
