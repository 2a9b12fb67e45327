import type { Value } from './chart-points.ts';
import { html, type Html } from './html.ts';
import { table } from './table.ts';
import { fixed, flagWord } from './values.ts';

export type Tabled = {
  readonly title: string;
  readonly unit: string;
  readonly decimals: number;
  readonly lines: readonly { readonly name: string; readonly values: readonly Value[] }[];
};

/** What a chart shows, to be read without a pointer and without seeing it. */
export function valuesTable({ title, unit, decimals, lines }: Tabled): Html {
  const times = lines[0]?.values ?? [];
  const rows = times.map(
    ({ at }, index) =>
      html`<tr>
        <th scope="row">${at.toISOString().slice(0, 16).replace('T', ' ')}</th>
        ${lines.map(({ values }) => cells(values[index], decimals))}
      </tr>`,
  );
  const label = `Values of ${title.toLowerCase()}`;
  const columns = [
    { name: 'Time, UTC' },
    ...lines.flatMap(({ name }) => [{ name: `${name}, ${unit}`, isNumber: true }, { name: 'Quality' }]),
  ];
  return html`<details>
    <summary>${label}</summary>
    ${table({ label, columns, rows, isFramed: false })}
  </details>`;
}

function cells(point: Value | undefined, decimals: number): Html {
  const { mark, word, tone } = flagWord(point?.flag ?? 9);
  return html`<td class="n">${fixed(point?.value, decimals)}</td>
    <td><span class="flag ${tone}">${mark} ${word}</span></td>`;
}
