import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { legalTexts, type Package } from './packages.ts';

/** Licences that a product under Apache-2.0 may carry; any other is for a person to judge. */
const PERMITTED = new Set(['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0']);

const RULE = `\n${'-'.repeat(120)}\n\n`;

/** Every package in an image, with the texts that its licence asks to be passed on. */
export function thirdPartyText(root: string, image: string, packages: readonly Package[]): string {
  const head = `weatherline/${image} holds code of ${packages.length} packages of others. weatherline itself is under Apache-2.0.\n`;
  const own = readFileSync(join(root, 'NOTICE'), 'utf8').trim();
  return `${[head, own, ...packages.map(textOf)].join(RULE)}\n`;
}

function textOf(one: Package): string {
  const title = `${one.name} ${one.version}`;
  if (!one.license.split(/[()\s]+OR[()\s]+|[()]/).some((license) => PERMITTED.has(license)))
    throw new Error(`${title} is under ${one.license}: may an image carry that?`);
  const texts = legalTexts(one);
  const said = texts.length > 0 ? texts : [withoutText(title, one)];
  return [`${title}\nLicence: ${one.license}${one.homepage === '' ? '' : `\n${one.homepage}`}`, ...said].join('\n\n');
}

/** Some publish the licence's name alone: the text is the one that goes by that name, the holder is who wrote it. */
function withoutText(title: string, { license, author }: Package): string {
  const text = STANDARD_TEXTS[license];
  if (text === undefined) throw new Error(`${title} carries no licence text, and none of ${license} is written here`);
  return text.replace('<holders>', author === '' ? `the authors of ${title}` : author);
}

const STANDARD_TEXTS: Readonly<Record<string, string>> = {
  MIT: `MIT License

Copyright (c) <holders>

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`,
  'Apache-2.0': 'Under the Apache License, Version 2.0, whose text is in LICENSE beside this file.',
};
