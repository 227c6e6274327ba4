import { expect, test } from 'vitest'
import { World } from '../world.ts'
import { positionsAreFresh } from './fresh-positions.ts'

/** A collector that has delivered a record more each second, and has saved what `saved` says. */
function worldThatSaves(saved: (nowMs: number) => number, undisturbedSinceMs = 0): World {
  const world = new World({ seed: 1 })
  const records = (): number => Math.floor(world.nowMs / 1000)
  positionsAreFresh(world, {
    path: '/positions.json',
    checkpointIntervalMs: () => 1000,
    delivered: () => new Map([['web', records()]]),
    undisturbedSinceMs: () => undisturbedSinceMs,
  })
  const save = (): void => {
    const sources = [{ id: 'web', position: { records: saved(world.nowMs) } }]
    world.fileSystem.disk.put('/positions.json', JSON.stringify({ sources }))
    world.schedule(500, 'save', save, { background: true })
  }
  world.schedule(500, 'save', save, { background: true })
  return world
}

test('positions that follow at a distance of three intervals are fresh', async () => {
  await worldThatSaves((nowMs) => Math.floor(nowMs / 1000) - 3).advance(60_000)
})

test('positions that stay where they were are not, nor are those that were never saved', async () => {
  await expect(worldThatSaves((nowMs) => Math.min(5, nowMs / 1000)).advance(60_000)).rejects.toThrow(
    /I11 .*has 5 records of web, of which \d+ were delivered/,
  )
  await expect(worldThatSaves(() => 0).advance(60_000)).rejects.toThrow(/I11 /)
})

test('while something keeps the collector from saving nothing is expected', async () => {
  await worldThatSaves(() => 0, Infinity).advance(60_000)
})
