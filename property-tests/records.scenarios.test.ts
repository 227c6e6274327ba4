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
      const rig = new RecordsRig(INDENTED)
      const [service] = rig.services
      await rig.start()
      rig.write('stdout', 'error\n')
      await rig.world.advance(200)
      rig.stall(10_000)
      rig.write('stdout', '  at here\n')
      for (let n = 0; n < 5000 && service!.of(rig.id).length === 0; n++) await rig.world.step(1)
      expect(service!.of(rig.id).map(({ record }) => record.text)).toEqual(['error'])
      await rig.crash(kind, 500)
      await rig.finish()
      expect(service!.of(rig.id).map(({ record }) => record.text)).toEqual(['error', '  at here'])
    },
  )
})
