import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readExportRequest } from '../../../simulators/sinks/otlp/export-request.ts'
import { STDERR } from '../../dispatch/block.ts'
import { blockOf, RECORDS, sourceOf, textOf, VALUES } from '../blocks.test-helper.ts'
import { encodeExport, type OtlpEncoding } from './encode.ts'

const TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' } as const

function read(body: Uint8Array, encoding: OtlpEncoding) {
  return readExportRequest({
    method: 'POST',
    path: '/v1/logs',
    headers: { 'content-type': TYPES[encoding] },
    body,
  })
}

const PART = fc.record({
  compose: VALUES,
  tier: VALUES,
  blocks: fc.array(RECORDS, { minLength: 1, maxLength: 3 }),
  first: fc.constantFrom(0, 8, 9, 10, 99_999, 2 ** 40),
})

describe.each<OtlpEncoding>(['protobuf', 'json'])('an export in %s', (encoding) => {
  test('says what was read, by a decoder that is not ours', () => {
    fc.assert(
      fc.property(fc.array(PART, { minLength: 1, maxLength: 3 }), (given) => {
        const parts = given.map(({ compose, tier, blocks, first }, index) => {
          const attributes = {
            compose_project: compose,
            image: 'registry:5000/team/app:1.2@sha256:ab',
            'label.tier': tier,
          }
          const source = sourceOf(`s${index}`, attributes)
          let at = first
          const made = blocks.map((records) => {
            const block = blockOf(source, records, at)
            at += records.length
            return block
          })
          return { source, blocks: made, mark: undefined }
        })
        const expected = given.flatMap(({ compose, tier, blocks, first }, index) => {
          const resource = {
            'container.id': `s${index}`,
            'container.name': `name-s${index}`,
            'container.image.name': 'registry:5000/team/app',
            'container.image.tags': ['1.2'],
            'host.name': 'machine',
            'service.name': `name-s${index}`,
            'container.label.com.docker.compose.project': compose.toWellFormed(),
            'container.label.tier': tier.toWellFormed(),
          }
          return blocks.flat().map((record, at) => ({
            resource,
            attributes: {
              'log.iostream': record.stream === STDERR ? 'stderr' : 'stdout',
              'log.record.uid': `s${index}:1:${first + at}`,
            },
            time: String(record.time),
            observedTime: String(record.time),
            body: textOf(record),
          }))
        })
        expect(read(encodeExport(parts, encoding, { host: 'machine' }), encoding)).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })
})

test("our Protobuf means what OpenTelemetry's own library writes of the same record", () => {
  const time = 1_767_225_600_123_456_789n
  const source = sourceOf('c', { host: 'h' })
  const block = blockOf(source, [{ line: Buffer.from('a line'), stream: 2, time }], 7)
  const ours = read(
    encodeExport([{ source, blocks: [block], mark: undefined }], 'protobuf', { host: 'machine' }),
    'protobuf',
  )
  const hrTime: [number, number] = [Number(time / 1_000_000_000n), Number(time % 1_000_000_000n)]
  const attributes = {
    'container.id': 'c',
    'container.name': 'name-c',
    'host.name': 'h',
    'service.name': 'name-c',
  }
  const theirs = ProtobufLogsSerializer.serializeRequest([
    {
      hrTime,
      hrTimeObserved: hrTime,
      body: 'a line',
      attributes: { 'log.iostream': 'stderr', 'log.record.uid': 'c:1:7' },
      droppedAttributesCount: 0,
      resource: { attributes, merge: (other) => other ?? expect.fail(), getRawAttributes: () => [] },
      instrumentationScope: { name: 'watertight' },
    },
  ])
  expect(read(theirs!, 'protobuf')).toEqual(ours)
})
