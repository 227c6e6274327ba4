import { describe, expect, test } from 'vitest'
import { encodeFrame } from '../../../property-tests/models/stored-log.ts'
import { MonitorRig } from '../monitor-rig.test-helper.ts'
import type { ContainerReader } from '../reading/container-reader.ts'
import { createReader } from '../reading/create-reader.ts'
import { parseContainerPosition, type ContainerPosition } from '../reading/container-position.ts'
import { LineFilter, lineFilterOf } from './line-filter.ts'

const NONE = { includeLines: [], excludeLines: [] }
const ODD = new LineFilter({ includeLines: [/[13579]$/], excludeLines: [] })
const SOURCE = { id: 'a'.repeat(64), kind: 'container', name: 'web', attributes: {} } as const
const OPTIONS = { source: SOURCE, tty: false, poll: false, maxLineBytes: 64, from: 'start' } as const

function frame(n: number, text: string): Buffer {
  const stamp = `2026-01-01T00:00:00.${String(n).padStart(9, '0')}Z`
  return encodeFrame({ stream: 1, stamp, data: Buffer.from(text), lineStart: true })
}

const LOG = Array.from({ length: 9 }, (_, index) => frame(index + 1, `line ${index + 1}\n`))

function read(reader: ContainerReader, log: readonly Buffer[]): string[] {
  reader.open('snapshot')
  for (const one of log) reader.push(one)
  reader.end()
  const { bytes } = reader.take() ?? {}
  return Buffer.from(bytes ?? [])
    .toString()
    .split('\n')
    .slice(0, -1)
}

function restored(position: ContainerPosition): ContainerPosition {
  return parseContainerPosition(JSON.parse(JSON.stringify(position)))
}

describe('a line is wanted', () => {
  test.each([
    ['that no list says anything of', NONE, true],
    ['that one of the includes matches', { ...NONE, includeLines: [/x/, /error/] }, true],
    ['unless none of them does', { ...NONE, includeLines: [/x/, /y/] }, false],
    ['unless an exclude matches', { ...NONE, excludeLines: [/^an/] }, false],
    ['unless both do', { includeLines: [/error/], excludeLines: [/^an/] }, false],
  ])('%s', (_, patterns, wanted) => {
    expect(new LineFilter(patterns).wants(Buffer.from('an error'))).toBe(wanted)
  })

  test('by its characters, not its bytes', () => {
    expect(new LineFilter({ ...NONE, includeLines: [/^.é$/] }).wants(Buffer.from('éé'))).toBe(true)
  })

  test('by its first 16 KiB, so that a pattern of quadratic time ends', () => {
    const line = Buffer.from('a'.repeat(1 << 20))
    const started = performance.now()
    expect(new LineFilter({ ...NONE, includeLines: [/a*b/] }).wants(line)).toBe(false)
    expect(performance.now() - started).toBeLessThan(5000)
    expect(new LineFilter({ ...NONE, includeLines: [/^a{16384}$/] }).wants(line)).toBe(true)
  })
})

describe('records that are not wanted', () => {
  test('are left out, told, and the position is behind them', () => {
    const reader = createReader({ ...OPTIONS, stages: { filter: ODD } })
    expect(read(reader, LOG.slice(0, 8))).toEqual(['line 1', 'line 3', 'line 5', 'line 7'])
    expect(reader.takeNotices()).toEqual([{ kind: 'filtered', lines: 4 }])
    expect(reader.position).toMatchObject({ epoch: 0, records: 4 })
    const resumed = createReader({ ...OPTIONS, stages: { filter: ODD }, position: restored(reader.position) })
    expect(read(resumed, LOG)).toEqual(['line 9'])
    expect(resumed.takeNotices()).toEqual([])
  })

  test('are so as whole lines, also when they came in pieces, and as what a line that is too long is cut to', () => {
    const filter = new LineFilter({ includeLines: [/^a.*b$/], excludeLines: [] })
    const reader = createReader({ ...OPTIONS, stages: { filter } })
    const long = [frame(3, `a${'x'.repeat(62)}`), frame(3, 'b-'), frame(3, 'ab\n')]
    expect(read(reader, [frame(1, 'a-'), frame(1, '-b\n'), frame(2, 'b\n'), ...long])).toEqual([
      'a--b',
      `a${'x'.repeat(62)}b`,
    ])
  })

  test('have the same ordinals as long as the patterns are the same; others begin another epoch', () => {
    const reader = createReader({ ...OPTIONS, stages: { filter: ODD } })
    read(reader, LOG)
    const position = restored(reader.position)
    const epochs = [
      ODD,
      new LineFilter({ includeLines: [/[13579]$/], excludeLines: [] }),
      new LineFilter({ includeLines: [], excludeLines: [/[13579]$/] }),
      new LineFilter({ includeLines: [/[13579]$/i], excludeLines: [] }),
      null,
    ].map((filter) => createReader({ ...OPTIONS, stages: { filter }, position }).position.epoch)
    expect(epochs).toEqual([0, 0, 1, 1, 1])
    expect(lineFilterOf(NONE)).toBeNull()
  })

  test('of every source are counted, none of them is read again, and a source that has no others gets no line', async () => {
    const rig = new MonitorRig({ monitor: { filters: { excludeLines: [/^noise/, /[02468] *$/] } } })
    const web = rig.add('web', { lineText: (n) => `line ${n}` })
    const noise = rig.add('noise')
    await rig.start()
    await rig.advance(3000)
    await rig.stop()
    rig.newProcess()
    await rig.start()
    await rig.advance(3000)
    expect(rig.lines(noise)).toEqual([])
    expect(rig.lines(web)).toEqual(rig.written(web).filter((line) => /[13579]$/.test(line)))
    const samples = await rig.samples('log_capturer_lines_filtered_total')
    expect(samples.map((sample) => sample.replace(/container_id="\w+",/, '')).toSorted()).toEqual([
      'log_capturer_lines_filtered_total{container_name="noise"} 30',
      'log_capturer_lines_filtered_total{container_name="web"} 15',
    ])
    expect(rig.complaints()).toEqual([])
    await rig.stop()
  })
})
