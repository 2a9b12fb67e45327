import { stripVTControlCharacters } from 'node:util';

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Characters that a terminal gives two columns. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]|.*\ufe0f)/u;

/** How many columns of a terminal a text takes; colours take none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const { segment } of SEGMENTER.segment(stripVTControlCharacters(text))) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** A text cut where it gets wider than that many columns. */
export function widthCut(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let cut = '';
  let width = 0;
  for (const { segment } of SEGMENTER.segment(text)) {
    width += WIDE.test(segment) ? 2 : 1;
    // One column is the ellipsis'.
    if (width > columns - 1) break;
    cut += segment;
  }
  return columns < 1 ? '' : `${cut}…`;
}

/** A text in lines of at most that many columns, broken between words, of which a longer one keeps a line of its own. */
export function wrapWords(text: string, columns: number): string[] {
  if (textWidth(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  // A word with the blanks before it: columns within a line stay as they are.
  for (const [word] of text.trim().matchAll(/ *[^ ]+/g)) {
    const longer = `${line}${word}`;
    if (line !== '' && textWidth(longer) > columns) {
      lines.push(line);
      line = word.trimStart();
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

/** Blanks, or a word that is set apart from what is said of it. */
const LABEL = /^(?:[a-z][a-z ]{0,8} {2,}| *)/;

/** The same for several lines: each goes on where its text began, behind its indentation or its label. */
export function wrapText(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const lead = LABEL.exec(line)?.[0] ?? '';
      const indent = ' '.repeat(lead.length);
      return wrapWords(line.slice(lead.length), columns - lead.length).map(
        (part, at) => `${at === 0 ? lead : indent}${part}`,
      );
    })
    .join('\n');
}

/** Cells one after the other; where a line gets too long they go on below, indented. */
export function packed(cells: readonly string[], columns: number): string {
  const lines: string[] = [];
  let line = '';
  for (const cell of cells) {
    const longer = line === '' ? cell : `${line}  ${cell}`;
    if (line !== '' && textWidth(longer) > columns) {
      lines.push(line.trimEnd());
      const below = wrapWords(cell.trimEnd(), columns - 2).map((part) => `  ${part}`);
      lines.push(...below.slice(0, -1));
      line = below.length > 1 ? (below.at(-1) ?? '') : `  ${cell}`;
    } else {
      line = longer;
    }
  }
  return [...lines, line.trimEnd()].join('\n');
}
