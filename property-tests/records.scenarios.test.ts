import { describe, expect, test } from 'vitest'
import { RecordsRig, type RecordsRigOptions } from './records/records-rig.ts'

const LIMITS = { timeoutMs: 1000, maxLines: 50, maxBytes: 20_000 }
const INDENTED: RecordsRigOptions = {
  seed: 1,
  engine: '26',
  services: true,
  labels: {},
  multiline: { ...LIMITS, continues: /^\s/ },
  excludeLines: [],
  rateLimit: {},
  rules: { joins: { ...LIMITS, goesOn: (line) => /^\s/.test(line) }, isWanted: () => true, rate: null },
}

describe('what the time of day decided holds for good', () => {
  test.each(['kill', 'power'] as const)(
    'a record that silence completed while a line for it was stored is the same after a crash: %s',
    async (kind) => {
      const rig = new RecordsRig({ ...INDENTED, services: false })
      await rig.start()
      rig.write('stdout', 'error\n')
      await rig.world.advance(200)
      rig.stall(10_000)
      rig.write('stdout', '  at here\n')
      while (rig.fileRecords().length === 0) await rig.world.step(1)
      expect(rig.fileRecords().map(({ text }) => text)).toEqual(['error'])
      await rig.crash(kind, 500)
      await rig.finish()
      expect(rig.fileRecords().map(({ text }) => text)).toEqual(['error', '  at here'])
    },
  )
})
