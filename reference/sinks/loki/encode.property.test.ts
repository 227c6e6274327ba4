import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { compressSync } from 'snappy'
import { expect, test } from 'vitest'
import { labelText, readPushRequest } from '../../../simulators/sinks/loki/push-request.ts'
import { STDERR } from '../../dispatch/block.ts'
import { blockOf, RECORDS, sourceOf, textOf, VALUES, type TestRecord } from '../blocks.test-helper.ts'
import { DistinctTimes } from './distinct-times.ts'
import { encodePush, type LokiEncoding } from './encode.ts'
import { lokiPart } from './entries.ts'
import { LabelSets } from './label-sets.ts'

const OPTIONS = {
  labels: ['container_name', 'stream', 'image', 'label.com.example.tier'],
  staticLabels: { job: 'test' },
  structuredMetadata: ['container_id', 'host'],
  host: 'machine',
}

/** What a push of this source's records is to say, without a thought for speed. */
function expected(id: string, image: string, tier: string, blocks: readonly TestRecord[][]) {
  const times = new DistinctTimes(id, undefined)
  const records = blocks.flat().map((record) => ({ ...record, time: times.next(record.time) }))
  return ['stdout', 'stderr'].flatMap((stream) => {
    const own = records.filter((record) => (record.stream === STDERR ? 'stderr' : 'stdout') === stream)
    if (own.length === 0) return []
    const optional = [['image', image] as const, ['label_com_example_tier', tier] as const]
    const labels = [
      ['job', 'test'] as const,
      ['container_name', `name-${id}`] as const,
      ['stream', stream] as const,
    ]
    const present = optional
      .map(([name, value]) => [name, value.toWellFormed()] as const)
      .filter(([, value]) => value !== '')
    return [
      {
        labels: labelText([...labels, ...present]),
        entries: own.map((record) => ({
          time: record.time,
          line: textOf(record),
          metadata: { container_id: id, host: 'machine' },
        })),
      },
    ]
  })
}

test.each<LokiEncoding>(['protobuf', 'json'])(
  'a push in %s says what was read, by a decoder that is not ours',
  (encoding) => {
    const labelSets = new LabelSets(OPTIONS)
    const part = fc.record({
      image: VALUES,
      tier: VALUES,
      blocks: fc.array(RECORDS, { minLength: 1, maxLength: 3 }),
    })
    const body = (bytes: Uint8Array) =>
      encoding === 'protobuf'
        ? { headers: { 'content-type': 'application/x-protobuf' }, body: compressSync(Buffer.from(bytes)) }
        : {
            headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
            body: gzipSync(bytes),
          }
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
        const pushed = parts.map(({ image, tier, blocks }, index) => {
          const source = sourceOf(`s${index}`, { image, 'label.com.example.tier': tier })
          const made = blocks.map((records) => blockOf(source, records))
          return lokiPart({ source, blocks: made, mark: undefined }, labelSets)
        })
        const read = readPushRequest({ method: 'POST', path: '/', ...body(encodePush(pushed, encoding)) })
        const wanted = parts.flatMap(({ image, tier, blocks }, index) =>
          expected(`s${index}`, image, tier, blocks),
        )
        expect(read).toEqual(wanted)
      }),
      { numRuns: 150 },
    )
  },
)
