import { expect, test } from 'vitest'
import { z } from 'zod'
import { ScriptedSink } from '../dispatch/pipeline-rig.test-helper.ts'
import { MonitorRig } from './monitor-rig.test-helper.ts'

const SINK = z.object({ spool: z.object({ segment: z.number(), offset: z.number() }) })
const POSITIONS = z.object({ sinks: z.object({ one: SINK, two: SINK }) })

/** Files, and two services that outlive processes. */
function rigOf(): { rig: MonitorRig; one: ScriptedSink; two: ScriptedSink } {
  const limits = { writeDeadlineMs: 1000 }
  const [one, two] = [new ScriptedSink(limits, 'one'), new ScriptedSink(limits, 'two')]
  return { rig: new MonitorRig({ sinks: () => [one, two] }), one, two }
}

const labelled = (sink: string): { labels: Record<string, string> } => ({
  labels: { 'watertight.sink': sink },
})

test('a container goes to the sinks that its label names, to all of them without one, and to no other', async () => {
  const { rig, one, two } = rigOf()
  const everywhere = rig.add('everywhere')
  const there = rig.add('there', labelled('one, local_file'))
  const elsewhere = rig.add('elsewhere', labelled('two'))
  await rig.start()
  await rig.advance(5000)
  await rig.stop()
  expect(rig.lines(everywhere)).toEqual(rig.written(everywhere))
  expect(rig.lines(there)).toEqual(rig.written(there))
  expect(rig.lines(elsewhere)).toEqual([])
  expect(Object.fromEntries(one.stored)).toEqual({
    everywhere: rig.written(everywhere),
    there: rig.written(there),
  })
  expect(Object.fromEntries(two.stored)).toEqual({
    everywhere: rig.written(everywhere),
    elsewhere: rig.written(elsewhere),
  })
  const text = await rig.collector.metrics.text()
  const linesOf = (container: Parameters<typeof rig.written>[0]): number => rig.written(container).length
  expect(text).toContain(`log_capturer_lines_elsewhere_total{sink="one"} ${linesOf(elsewhere)}\n`)
  expect(text).toContain(`log_capturer_lines_elsewhere_total{sink="two"} ${linesOf(there)}\n`)
  expect(text).toContain(`log_capturer_lines_elsewhere_total{sink="local_file"} ${linesOf(elsewhere)}\n`)
})

test('what is not for a sink does not hold up its place in the spool', async () => {
  const { rig, two } = rigOf()
  two.answer = () => ({ kind: 'again', why: 'away' })
  rig.add('web', { ...labelled('one'), behaviour: { kind: 'bursty', everyMs: 1000, lines: 20 } })
  await rig.start()
  await rig.advance(10_000)
  rig.stopContainer('web')
  await rig.advance(5000)
  const text = Buffer.from(rig.world.fileSystem.contents('/var/lib/state/positions.json')).toString()
  const { sinks } = POSITIONS.parse(JSON.parse(text))
  expect(sinks.one.spool.offset).toBeGreaterThan(0)
  expect(sinks.two.spool).toEqual(sinks.one.spool)
  expect(two.writes).toEqual([])
  await rig.stop()
})

test('a label that names a sink which is not there says nothing: the log says so once, health shows it, and every sink gets the lines', async () => {
  const { rig, one, two } = rigOf()
  const web = rig.add('web', labelled('one,three'))
  await rig.start()
  await rig.advance(2000)
  expect(rig.check('labels')).toEqual({
    ok: true,
    detail: 'taken as not given, see the log: of web',
  })
  await rig.stop()
  for (const lines of [rig.lines(web), one.stored.get('web'), two.stored.get('web')])
    expect(lines).toEqual(rig.written(web))
  expect(rig.complaints()).toEqual([
    `A label is not a setting {"container":"web","problem":"label watertight.sink: \\"one,three\\" is not allowed; allowed: one or more of local_file, one, two, with commas; all of them get its lines"}`,
  ])
})

test('a label that is changed holds for what is read from then on', async () => {
  const { rig, one, two } = rigOf()
  const before = rig.add('web', labelled('one'))
  await rig.start()
  await rig.advance(2000)
  await rig.stop()
  const written = rig.written(before)
  // Labels of a container cannot be changed: it is made anew, with the same id in this world.
  Object.assign(before.labels, { 'watertight.sink': 'two' })
  rig.newProcess()
  await rig.start()
  await rig.advance(2000)
  await rig.stop()
  const all = rig.written(before)
  expect(one.stored.get('web')).toEqual(written.slice(0, one.stored.get('web')!.length))
  expect([...one.stored.get('web')!, ...two.stored.get('web')!]).toEqual(all)
})
