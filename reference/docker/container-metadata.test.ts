import { describe, expect, test } from 'vitest'
import type { MetadataConfig } from '../config/config.ts'
import { metadataOf } from './container-metadata.ts'
import { MonitorRig } from './monitor-rig.test-helper.ts'

const NOTHING: MetadataConfig = { fields: [], labels: [], host: null }
const COMPOSED = { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'db', tier: 'back' }

function chosen(
  config: Partial<MetadataConfig>,
  labels: Readonly<Record<string, string>> = COMPOSED,
): Readonly<Record<string, string>> {
  return metadataOf({ image: 'postgres:17', labels }, { ...NOTHING, ...config }, 'machine').attributes
}

describe('what a container is described by', () => {
  test('is nothing unless it is chosen', () => {
    expect(chosen({})).toEqual({})
  })

  test('is what is chosen and there', () => {
    const fields = ['image', 'compose_project', 'compose_service', 'host'] as const
    expect(chosen({ fields })).toEqual({
      image: 'postgres:17',
      compose_project: 'shop',
      compose_service: 'db',
      host: 'machine',
    })
    expect(chosen({ fields, host: 'rack 4' }, {})).toEqual({ image: 'postgres:17', host: 'rack 4' })
  })

  test('labels are chosen by key or by its beginning, and never take the place of a field', () => {
    expect(chosen({ labels: ['tier'] })).toEqual({ 'label.tier': 'back' })
    expect(chosen({ labels: ['com.docker.compose.*'] })).toEqual({
      'label.com.docker.compose.project': 'shop',
      'label.com.docker.compose.service': 'db',
    })
    expect(chosen({ labels: ['*'], fields: ['image'] }, { image: 'x' })).toEqual({
      image: 'postgres:17',
      'label.image': 'x',
    })
  })

  test('is bounded, and what does not fit is named', () => {
    const labels = { a: 'x'.repeat(2048), b: 'short' }
    expect(metadataOf({ image: '', labels }, { ...NOTHING, labels: ['*'] }, '')).toEqual({
      attributes: { 'label.b': 'short' },
      left: ['label.a'],
    })
  })
})

describe('records', () => {
  test('in JSON carry what was chosen of their container', async () => {
    const rig = new MonitorRig({
      monitor: { metadata: { fields: ['image'], labels: ['tier'] } },
      format: 'json',
    })
    const web = rig.add('web', { labels: { tier: 'front', other: 'x' } })
    await rig.start()
    await rig.advance(1000)
    expect(rig.records(web).at(-1)).toMatchObject({ image: 'simulated:latest', labels: { tier: 'front' } })
    await rig.stop()
  })

  test('carry no more than fits, and the log says what that leaves out', async () => {
    const rig = new MonitorRig({ monitor: { metadata: { labels: ['*'] } }, format: 'json' })
    const web = rig.add('web', { labels: { tier: 'front', long: 'x'.repeat(2048) } })
    await rig.start()
    await rig.advance(1000)
    expect(rig.records(web).at(-1)).toMatchObject({ labels: { tier: 'front' } })
    expect(rig.complaints()).toEqual([
      'Some of the metadata of a container is too long {"container":"web","left":["label.long"]}',
    ])
    await rig.stop()
  })

  test('that are read after a container was renamed carry its new name, over a restart too, and stay in its file', async () => {
    const rig = new MonitorRig({ format: 'json' })
    const web = rig.add('web')
    const { id } = web
    await rig.start()
    await rig.advance(1000)
    rig.world.engine.rename('web', 'shop')
    await rig.advance(1000)
    const names = (): unknown[] => rig.records({ name: 'web', id }).map((record) => record['container_name'])
    expect(new Set(names().slice(0, 8))).toEqual(new Set(['web']))
    expect(names().at(-1)).toBe('shop')
    await rig.stop()
    rig.newProcess()
    await rig.start()
    await rig.advance(2000)
    expect(names().at(-1)).toBe('shop')
    expect(rig.records({ name: 'web', id }).map((record) => record['line'])).toEqual(rig.written(web))
    await rig.stop()
  })

  test('carry the new name also where no event told of it', async () => {
    const rig = new MonitorRig({ format: 'json' })
    const { id } = rig.add('web', { behaviour: { kind: 'chatty', everyMs: 5000 } })
    await rig.start()
    await rig.advance(1000)
    rig.world.engine.events.loseNext(1)
    rig.world.engine.rename('web', 'shop')
    await rig.advance(3 * 60_000)
    expect(rig.records({ name: 'web', id }).at(-1)).toMatchObject({ container_name: 'shop' })
    await rig.stop()
  })
})
