/* global uPlot -- Puts a chart that can be zoomed and read off in the place of each that the server has drawn. */
const colours = getComputedStyle(document.documentElement);
const colour = (name) => colours.getPropertyValue(name).trim();
const clock = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** Suspect is an open triangle, failed a cross, as in the server's drawing. */
function mark(plot, flags, index) {
  const { ctx } = plot;
  ctx.save();
  ctx.lineWidth = 2 * devicePixelRatio;
  for (const [at, flag] of flags.entries()) {
    const value = plot.data[index][at];
    if (value === null || (flag !== 3 && flag !== 4)) continue;
    const x = plot.valToPos(plot.data[0][at], 'x', true);
    const y = plot.valToPos(value, 'y', true);
    const size = 5 * devicePixelRatio;
    ctx.strokeStyle = colour(flag === 3 ? '--late' : '--bad');
    ctx.beginPath();
    if (flag === 3) {
      ctx.moveTo(x - size, y + size);
      ctx.lineTo(x, y - size);
      ctx.lineTo(x + size, y + size);
      ctx.closePath();
    } else {
      ctx.moveTo(x - size, y - size);
      ctx.lineTo(x + size, y + size);
      ctx.moveTo(x - size, y + size);
      ctx.lineTo(x + size, y - size);
    }
    ctx.stroke();
  }
  ctx.restore();
}

for (const figure of document.querySelectorAll('figure.chart[data-chart]')) {
  const { times, lines, unit, decimals, range } = JSON.parse(figure.dataset.chart);
  const drawn = figure.querySelector('svg');
  const axis = { stroke: colour('--soft'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  const strokes = [colour('--one'), colour('--two')];
  const plot = new uPlot(
    {
      width: figure.clientWidth - 24,
      height: 220,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
      scales: { x: { min: times[0], max: times.at(-1) }, y: { range } },
      axes: [axis, { ...axis, size: 46 }],
      series: [
        { label: 'UTC', value: (_, at) => (at === null ? '–' : clock.format(at * 1000)) },
        ...lines.map(({ name }, at) => ({
          label: name,
          stroke: strokes[at],
          width: 1.8,
          ...(at === 0 ? {} : { dash: [6, 4] }),
          value: (_, value) => (value === null ? '–' : `${value.toFixed(decimals)} ${unit}`),
        })),
      ],
      hooks: { draw: [(self) => lines.forEach(({ flags }, at) => mark(self, flags, at + 1))] },
    },
    [times, ...lines.map(({ values }) => values)],
    figure,
  );
  plot.root.setAttribute('role', 'img');
  plot.root.setAttribute('aria-label', drawn.getAttribute('aria-label'));
  drawn.remove();
  new ResizeObserver(() => plot.setSize({ width: figure.clientWidth - 24, height: 220 })).observe(figure);
}
