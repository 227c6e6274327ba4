import fc from 'fast-check'
import { RecordsRig, type RecordsSettings } from './records/records-rig.ts'
import type { RecordRules } from './records/record-model.ts'

/** Something that happens to the container or to the collector. */
export type RecordsStep =
  | { readonly kind: 'write'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'events'; readonly count: number }
  | { readonly kind: 'crash'; readonly how: 'kill' | 'power'; readonly downMs: number }
  | { readonly kind: 'stall'; readonly ms: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'rename'; readonly name: string }
  | { readonly kind: 'stop container' }
  | { readonly kind: 'start container' }

const line = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('error', 'noise', 'start') },
  { weight: 6, arbitrary: fc.constantFrom('  at here', '\tat there', '  ... 3 more') },
  // Two messages of one stamp.
  { weight: 1, arbitrary: fc.constantFrom('  long', 'long') },
)

const step: fc.Arbitrary<RecordsStep> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      stream: fc.constantFrom('stdout', 'stdout', 'stderr'),
      text: line,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('pause' as const),
      ms: fc.constantFrom(10, 100, 300, 700, 1200, 2500, 4000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('events' as const), count: fc.integer({ min: 1, max: 60 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      how: fc.constantFrom('kill', 'power'),
      downMs: fc.constantFrom(0, 200, 3000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('stall' as const),
      ms: fc.constantFrom(500, 1500, 3000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<RecordsStep>(
      { kind: 'restart' },
      { kind: 'rename', name: 'other' },
      { kind: 'rename', name: 'again' },
      { kind: 'stop container' },
      { kind: 'start container' },
    ),
  },
)

const LIMITS = { timeoutMs: 1000, maxLines: 6, maxBytes: 20_000 }

const LONG = 'x'.repeat(17_000)

/** What is configured, in the collector's words and in those of the model. */
interface Drawn {
  readonly settings: Omit<RecordsSettings, 'services'>
  readonly labels: Readonly<Record<string, string>>
  readonly rules: RecordRules
}

const indented = (text: string): boolean => /^\s/.test(text)

const joining = fc.constantFrom<
  Pick<RecordsSettings, 'multiline'> & Pick<Drawn, 'labels'> & Pick<RecordRules, 'joins'>
>(
  { multiline: LIMITS, labels: {}, joins: null },
  {
    multiline: { ...LIMITS, start: /^start/ },
    labels: {},
    joins: { ...LIMITS, goesOn: (text) => !text.startsWith('start') },
  },
  {
    multiline: { ...LIMITS, continues: /^\s/ },
    labels: {},
    joins: { ...LIMITS, goesOn: indented },
  },
  {
    multiline: LIMITS,
    labels: { 'watertight.multiline': 'indented' },
    joins: { ...LIMITS, goesOn: indented },
  },
  {
    multiline: { ...LIMITS, continues: /^\s/ },
    labels: { 'watertight.multiline': '^(?:start|error)' },
    joins: { ...LIMITS, goesOn: (text) => !/^(?:start|error)/.test(text) },
  },
  { multiline: { ...LIMITS, continues: /./ }, labels: { 'watertight.multiline': 'off' }, joins: null },
)

const drawn: fc.Arbitrary<Drawn> = fc
  .record({
    joining,
    excludes: fc.boolean(),
    linesPerSecond: fc.constantFrom(null, null, 1, 2),
    sink: fc.constantFrom(null, null, 'one', 'two,local_file'),
  })
  .map(({ excludes, joining: { joins, labels, multiline }, linesPerSecond, sink }) => ({
    settings: {
      multiline,
      excludeLines: excludes ? [/^noise/] : [],
      rateLimit: { linesPerSecond, burstMs: 2000, whenExceeded: 'drop' as const },
    },
    labels: { ...labels, ...(sink === null ? {} : { 'watertight.sink': sink }) },
    rules: {
      joins,
      isWanted: (text) => !(excludes && text.startsWith('noise')),
      rate: linesPerSecond === null ? null : { perSecond: linesPerSecond, burst: 2 * linesPerSecond },
    },
  }))

type RecordsCase = [
  seed: number,
  engine: '20.10' | '26' | '28',
  services: boolean,
  stalls: boolean,
  drawn: Drawn,
  steps: RecordsStep[],
]

/**
 * Whatever is joined, left out, limited or directed, and whatever happens to the collector and the container meanwhile: each sink that a source goes to has the
 * records that a model makes of the stored log, each once and in order, under one id for good; and no other sink has any.
 */
export const recordsProperty: fc.IAsyncProperty<RecordsCase> = fc.asyncProperty(
  fc.noShrink(fc.nat()),
  fc.constantFrom('20.10', '26', '28'),
  fc.boolean(),
  fc.boolean(),
  drawn,
  fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }),
  async (seed, engine, services, stalls, { labels, rules, settings }, steps) => {
    const { 'watertight.sink': sink, ...others } = labels
    const own = services || sink === undefined ? labels : others
    const rig = new RecordsRig({ seed, engine, services, labels: own, rules, ...settings })
    await rig.start()
    for (const [index, each] of steps.entries())
      if (stalls || each.kind !== 'stall') await take(rig, each, index)
    await rig.finish()
  },
)

async function take(rig: RecordsRig, each: RecordsStep, index: number): Promise<void> {
  switch (each.kind) {
    case 'write':
      // The number is in the text, so that no two lines are equal.
      return rig.write(each.stream, `${each.text} ${index}${each.text.endsWith('long') ? LONG : ''}\n`)
    case 'pause':
      return await rig.world.advance(each.ms)
    case 'events':
      return await rig.world.step(each.count)
    case 'crash':
      return await rig.crash(each.how, each.downMs)
    case 'stall':
      return rig.stall(each.ms)
    case 'restart':
      return await rig.restart()
    case 'rename':
      return rig.rename(each.name)
    case 'stop container':
      return rig.stopContainer()
    case 'start container':
      return rig.startContainer()
  }
}
