/* global uPlot -- Puts a chart that can be zoomed and read off in the place of each that the server has drawn. */
const HEIGHT = 220;
const HOUR = 3600;
const FLAGS = { 3: 'suspect', 4: 'failed' };
const dark = matchMedia('(prefers-color-scheme: dark)');
const colours = getComputedStyle(document.documentElement);
const ratio = () => devicePixelRatio;
/** The sheet's colours are asked for at every drawing: the theme may have changed since. */
const colour = (name) => colours.getPropertyValue(name).trim();
const toneName = (tone) => (tone === 0 ? '--one' : '--two');
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', timeZone: 'UTC' });
const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });

/** As the server writes numbers: a true minus, no separator, no minus nought. */
function written(value, decimals) {
  const digits = value.toFixed(decimals);
  return digits.replace('-', Number(digits) === 0 ? '' : '−');
}

function timeLabel(seconds) {
  return seconds % (24 * HOUR) === 0 ? day.format(seconds * 1000) : hour.format(seconds * 1000);
}

function readOff({ values, flags }, { unit, decimals }, at) {
  if (at === null || values[at] === null) return '–';
  const word = FLAGS[flags[at]];
  return `${written(values[at], decimals)} ${unit}${word === undefined ? '' : `, ${word}`}`;
}

/** A failed value breaks the line; nothing is drawn beyond the scale. */
function drawable({ values, flags }, [least, most]) {
  return values.map((value, at) => (value === null || flags[at] === 4 ? null : Math.min(most, Math.max(least, value))));
}

const SHAPES = { 3: 'M-5 5 0-5 5 5z', 4: 'M-5-5 5 5M-5 5 5-5' };

function shape(ctx, flag, x, y) {
  ctx.save();
  ctx.translate(x, y);
  ctx.scale(ratio(), ratio());
  ctx.stroke(new Path2D(SHAPES[flag]));
  ctx.restore();
}

/** Suspect is an open triangle, failed a cross; beyond the scale it lies on the edge with its value beside it. */
function mark(plot, { values, flags }, { times, range: [least, most], decimals }) {
  const { ctx, bbox, scales } = plot;
  ctx.save();
  // A dashed line leaves its dashes behind.
  ctx.setLineDash([]);
  ctx.lineWidth = 2;
  ctx.font = `${12 * ratio()}px system-ui, sans-serif`;
  ctx.textBaseline = 'middle';
  for (const [at, flag] of flags.entries()) {
    const value = values[at];
    const isShown = times[at] >= scales.x.min && times[at] <= scales.x.max;
    if (!isShown || value === null || FLAGS[flag] === undefined) continue;
    const x = plot.valToPos(times[at], 'x', true);
    const y = plot.valToPos(Math.min(most, Math.max(least, value)), 'y', true);
    ctx.strokeStyle = colour(flag === 3 ? '--late' : '--bad');
    ctx.fillStyle = ctx.strokeStyle;
    shape(ctx, flag, x, y);
    if (value >= least && value <= most) continue;
    const isLast = x > bbox.left + bbox.width - 60 * ratio();
    ctx.textAlign = isLast ? 'right' : 'left';
    ctx.fillText(written(value, decimals), x + (isLast ? -9 : 9) * ratio(), y);
  }
  ctx.restore();
}

/** Bars are one hour wide or 3 px, end at the slot, and stand side by side where there are several. */
function placesOf({ bbox, scales: { x } }, { times, lines }, place) {
  const second = bbox.width / ratio() / (x.max - x.min);
  const width = Math.max(HOUR / lines.length, 3 / second);
  return { starts: times.map((time) => time - width * (lines.length - place)), width, pixels: width * second };
}

function bars(data, place) {
  return (plot, index, first, last) => {
    const { starts, width, pixels } = placesOf(plot, data, place);
    const disp = { x0: { unit: 1, values: () => starts }, size: { unit: 1, values: () => [width] } };
    return uPlot.paths.bars({ size: [1, pixels, pixels], disp })(plot, index, first, last);
  };
}

/** None is not unknown: a tick on the base line. */
function tickNoughts(plot, data, place) {
  const { ctx, bbox } = plot;
  const { starts } = placesOf(plot, data, place);
  ctx.save();
  ctx.fillStyle = colour(toneName(data.lines[place].tone));
  for (const [at, value] of plot.data[place + 1].entries()) {
    const x = plot.valToPos(starts[at], 'x', true);
    if (value !== 0 || x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.fillRect(x, bbox.top + bbox.height - 4 * ratio(), 1.5 * ratio(), 4 * ratio());
  }
  ctx.restore();
}

function seriesOf(line, place, data) {
  const stroke = () => colour(toneName(line.tone));
  const look = data.isBar
    ? { width: 0, fill: stroke, paths: bars(data, place), points: { show: false } }
    : { width: 1.8, stroke, points: { stroke, fill: () => colour('--card') } };
  return {
    label: line.name,
    ...look,
    ...(line.tone > 0 && !data.isBar ? { dash: [6, 4] } : {}),
    value: (_plot, _value, _series, at) => readOff(line, data, at),
  };
}

/** The server's own levels and span, so that both forms of a chart show the same. */
function axesOf({ levels }) {
  const axis = {
    stroke: () => colour('--soft'),
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const time = {
    ...axis,
    label: 'UTC',
    labelSize: 16,
    labelGap: 0,
    labelFont: '12px system-ui, sans-serif',
    size: 30,
    gap: 8,
    space: 37,
    incrs: [60, 300, 900, 1800, ...[1, 3, 6, 12, 24, 48].map((hours) => hours * HOUR)],
    values: (_, splits) => splits.map(timeLabel),
  };
  const value = {
    ...axis,
    size: 56,
    splits: () => levels.map((level) => level.value),
    values: () => levels.map(({ label }) => label),
  };
  return [time, value];
}

function optionsOf(data, width, whole, onZoom) {
  const { span, lines, range, isBar } = data;
  const [min, max] = span;
  const tone = (_, index) => `var(${toneName(lines[index - 1]?.tone ?? 0)})`;
  const decorate = (plot) => {
    for (const [at, line] of lines.entries()) {
      if (!plot.series[at + 1].show) continue;
      if (isBar) tickNoughts(plot, data, at);
      mark(plot, line, data);
    }
  };
  return {
    width,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
    scales: { x: { min, max }, y: { range } },
    axes: axesOf(data),
    cursor: {
      points: { stroke: tone, fill: 'var(--card)', width: 2 },
      bind: { dblclick: (plot) => () => whole(plot) },
    },
    legend: { markers: { stroke: tone, fill: isBar ? tone : 'transparent' } },
    series: [
      { label: 'UTC', value: (_, at) => (at === null ? '–' : `${day.format(at * 1000)} ${hour.format(at * 1000)}`) },
      ...lines.map((line, place) => seriesOf(line, place, data)),
    ],
    hooks: { draw: [decorate], setScale: [({ scales: { x } }) => onZoom(x.min > min || x.max < max)] },
  };
}

/** The server's drawing stays in the page, for paper. */
function replace(figure) {
  const data = JSON.parse(figure.dataset.chart);
  const [min, max] = data.span;
  const width = () => figure.querySelector('figcaption').clientWidth;
  const whole = (plot) => plot.setScale('x', { min, max });
  const reset = document.createElement('button');
  Object.assign(reset, { type: 'button', textContent: 'Reset zoom', hidden: true });
  const options = optionsOf(data, width(), whole, (isZoomed) => (reset.hidden = !isZoomed));
  const drawing = figure.querySelector('svg');
  const plot = new uPlot(
    options,
    [data.times, ...data.lines.map((line) => drawable(line, data.range))],
    (self, init) => {
      drawing.after(self.root);
      init();
    },
  );
  reset.addEventListener('click', () => whole(plot));
  figure.querySelector('figcaption').append(reset);
  // Only the picture: what is read off it below is text.
  const picture = plot.root.querySelector('.u-wrap');
  picture.setAttribute('role', 'img');
  picture.setAttribute('aria-label', drawing.getAttribute('aria-label'));
  figure.classList.add('live');
  new ResizeObserver(() => plot.setSize({ width: width(), height: HEIGHT })).observe(figure);
  dark.addEventListener('change', () => plot.redraw());
}

for (const figure of document.querySelectorAll('figure.chart[data-chart]')) replace(figure);
