// Draws the charts of the page. It runs in the browser, with uPlot in front of it.
/* global uPlot */
/* oxlint-disable unicorn/consistent-function-scoping -- all of it is one block: nothing of it is to be a name of the page */
{
  const { columns, charts } = JSON.parse(document.getElementById('charts').textContent)
  const COLOURS = ['#3b82d6', '#d9822b', '#3aa76d', '#a45dc9', '#c9507a', '#2aa5b0', '#8f7f2c', '#7a7f99']
  const HEIGHT = 190

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  const minutes = (t) => columns[t].map((seconds) => seconds / 60)
  const plots = []

  /** Behind the curves: when something was wrong. */
  const drawBands = (chart) => (plot) => {
    const { ctx, bbox } = plot
    ctx.save()
    for (const { label, from, to, kind } of chart.bands) {
      const left = plot.valToPos(from / 60, 'x', true)
      const width = Math.max(2 * devicePixelRatio, plot.valToPos(to / 60, 'x', true) - left)
      ctx.fillStyle = colour(`--${kind}`)
      ctx.fillRect(left, bbox.top, width, bbox.height)
      ctx.translate(left, bbox.top)
      ctx.rotate(Math.PI / 2)
      ctx.fillStyle = colour('--faint')
      ctx.font = `${10 * devicePixelRatio}px system-ui, sans-serif`
      ctx.textAlign = 'left'
      ctx.textBaseline = 'bottom'
      ctx.fillText(label, 4 * devicePixelRatio, -2 * devicePixelRatio)
      ctx.rotate(-Math.PI / 2)
      ctx.translate(-left, -bbox.top)
    }
    ctx.restore()
  }

  /** Over the curves: what is allowed. */
  const drawLimits = (chart) => (plot) => {
    const { ctx, bbox } = plot
    const place = ([t, value]) => [plot.valToPos(t / 60, 'x', true), plot.valToPos(value, 'y', true)]
    ctx.save()
    ctx.beginPath()
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
    ctx.clip()
    ctx.strokeStyle = ctx.fillStyle = colour('--fail')
    ctx.lineWidth = devicePixelRatio
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio])
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`
    ctx.textAlign = 'right'
    for (const { label, from, to } of chart.limits) {
      const [start, end] = [place(from), place(to)]
      ctx.beginPath()
      ctx.moveTo(...start)
      ctx.lineTo(...end)
      ctx.stroke()
      const fitsAbove = end[1] - bbox.top > 16 * devicePixelRatio
      ctx.textBaseline = fitsAbove ? 'bottom' : 'top'
      ctx.fillText(
        label,
        bbox.left + bbox.width - 4 * devicePixelRatio,
        end[1] + (fitsAbove ? -3 : 3) * devicePixelRatio,
      )
    }
    ctx.restore()
  }

  /** From nothing up to what was measured and to what is allowed, with some air. */
  const rangeOf = (chart) => (_plot, low, high) => {
    const limits = chart.limits.flatMap(({ from, to }) => [from[1], to[1]])
    const top = Math.max(high ?? 0, ...limits, 0)
    const bottom = Math.min(low ?? 0, ...limits, 0)
    return top === bottom ? [bottom, bottom + 1] : [bottom, top + (top - bottom) * 0.08]
  }

  const axis = (more) => ({
    stroke: () => colour('--faint'),
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { stroke: () => colour('--line'), width: 1 },
    font: '11px system-ui, sans-serif',
    ...more,
  })

  const short = (value) =>
    value === null || value === undefined ? '-' : Number(value.toPrecision(4)).toLocaleString('en')

  const draw = (place) => {
    const chart = charts[Number(place.dataset.chart)]
    const [{ t: first }] = chart.curves
    const together = chart.curves.every(({ t }) => t === first)
    const data = together
      ? [minutes(first), ...chart.curves.map(({ values }) => columns[values])]
      : uPlot.join(chart.curves.map(({ t, values }) => [minutes(t), columns[values]]))
    const options = {
      width: place.clientWidth,
      height: HEIGHT,
      cursor: { sync: { key: chart.group }, drag: { x: true, y: false } },
      scales: { x: { time: false }, y: { range: rangeOf(chart) } },
      axes: [
        axis({ size: 32, values: (_plot, splits) => splits.map((minute) => `${short(minute)} min`) }),
        axis({ size: 58, values: (_plot, splits) => splits.map(short) }),
      ],
      series: [
        { label: 'minute', value: (_plot, value) => short(value) },
        ...chart.curves.map(({ label, colour: number }, index) => ({
          label,
          stroke: COLOURS[number % COLOURS.length],
          width: 1.5,
          // Samples of other runs lie in between.
          spanGaps: !together,
          points: { show: columns[chart.curves[index].t].length < 3 },
          value: (_plot, value) => short(value),
        })),
      ],
      hooks: { drawClear: [drawBands(chart)], draw: [drawLimits(chart)] },
    }
    plots.push({ plot: new uPlot(options, data, place), place })
  }

  for (const place of document.querySelectorAll('.chart')) draw(place)
  addEventListener('resize', () => {
    for (const { plot, place } of plots) plot.setSize({ width: place.clientWidth, height: HEIGHT })
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const { plot } of plots) plot.redraw()
  })
  document.documentElement.dataset.drawn = String(plots.length)
}
