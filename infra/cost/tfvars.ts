/** What `terraform.tfvars` says: literal values, as ours are. */
export type Tfvars = { readonly [name: string]: Literal };
export type Literal = string | number | boolean | null | readonly Literal[] | Tfvars;

/** The text is more than literals: then Terraform alone knows what it means. */
export class TfvarsError extends Error {
  override readonly name = 'TfvarsError';
}

type Token = {
  readonly kind: 'word' | 'text' | 'number' | 'mark' | 'end';
  readonly text: string;
  readonly line: number;
};

const TOKEN =
  /(?<blank>[ \t\r]+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<end>\n)|(?<word>[A-Za-z_][\w-]*)|(?<number>-?\d+(?:\.\d+)?)|(?<text>"(?:[^"\\\n]|\\.)*")|(?<mark>[={}[\],:])/y;

/** Reads literals only: numbers, texts without templates, true, false, null, lists and objects. */
export function parseTfvars(text: string): Tfvars {
  const tokens = tokensOf(text);
  const values = members(tokens, 'end of file');
  return values;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length;) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (found === null) throw new TfvarsError(`line ${line}: expected a literal, got ${text.slice(at, at + 20)}`);
    const kind = (['end', 'word', 'number', 'text', 'mark'] as const).find(
      (name) => found.groups?.[name] !== undefined,
    );
    if (kind !== undefined) tokens.push({ kind, text: found[0], line });
    line += found[0].split('\n').length - 1;
  }
  return tokens.toReversed();
}

/** Tokens are taken from the end of a reversed list. */
function members(tokens: Token[], until: '}' | 'end of file'): Tfvars {
  const values: Record<string, Literal> = {};
  for (;;) {
    skipEnds(tokens);
    const token = tokens.pop();
    if (token === undefined && until === 'end of file') return values;
    if (token?.text === until) return values;
    const name = token?.kind === 'word' ? token.text : token?.kind === 'text' ? unquoted(token) : undefined;
    if (name === undefined) throw unexpected(token, 'a name');
    const is = tokens.pop();
    if (is?.text !== '=' && is?.text !== ':') throw unexpected(is, '=');
    if (Object.hasOwn(values, name)) throw new TfvarsError(`line ${is.line}: expected ${name} once, got it again`);
    values[name] = literal(tokens);
  }
}

function literal(tokens: Token[]): Literal {
  const token = tokens.pop();
  if (token?.kind === 'text') return unquoted(token);
  if (token?.kind === 'number') return Number(token.text);
  if (token?.text === '{') return members(tokens, '}');
  if (token?.text === '[') return items(tokens);
  const word = new Map<string | undefined, Literal>([
    ['true', true],
    ['false', false],
    ['null', null],
  ]);
  const value = word.get(token?.text);
  if (value === undefined) throw unexpected(token, 'a literal');
  return value;
}

function items(tokens: Token[]): Literal[] {
  const list: Literal[] = [];
  for (;;) {
    skipEnds(tokens);
    if (tokens.at(-1)?.text === ']') {
      tokens.pop();
      return list;
    }
    list.push(literal(tokens));
  }
}

function skipEnds(tokens: Token[]): void {
  for (let next = tokens.at(-1); next?.kind === 'end' || next?.text === ','; next = tokens.at(-1)) {
    tokens.pop();
  }
}

function unquoted(token: Token): string {
  if (/[$%]\{/.test(token.text))
    throw new TfvarsError(`line ${token.line}: expected a text without a template, got ${token.text}`);
  const value: unknown = JSON.parse(token.text);
  return String(value);
}

function unexpected(token: Token | undefined, expected: string): TfvarsError {
  const got = token === undefined ? 'the end' : JSON.stringify(token.text);
  return new TfvarsError(`line ${token?.line ?? 'last'}: expected ${expected}, got ${got}`);
}
