import { expect, test } from 'vitest'
import { BehindSearch } from './behind-search.ts'
import { KeyHistory } from './key-history.ts'

type Engine = 'ends' | 'skips-rest' | 'skips-some'

/** Messages 1 to `stored`, of which `spoilt` cannot be read, as an engine brings the last of them. */
function reply(engine: Engine, stored: number, spoilt: number, tail: number): number[] {
  const all = Array.from({ length: stored }, (_, index) => index + 1).slice(-tail)
  const at = all.indexOf(spoilt)
  if (at < 0) return all
  const skipped = engine === 'skips-some' ? 20 : Infinity
  return [...all.slice(0, at), ...all.slice(at + 1 + skipped)]
}

for (const engine of ['ends', 'skips-rest', 'skips-some'] as const) {
  test(`${engine}: the largest tail that comes whole is found, however many messages lie behind the unreadable one`, () => {
    for (let spoilt = 2; spoilt < 301; spoilt++) {
      const history = new KeyHistory(0)
      for (let key = 1; key < spoilt; key++) history.add(key)
      for (const asked of [301, Infinity]) {
        const search = new BehindSearch(history, { asked, missing: 0, isCovered: false })
        let asks = 0
        for (; search.phase !== 'deliver' && !search.isVain; asks++) {
          const messages = reply(engine, 300, spoilt, search.ask)
          const [first] = messages
          if (search.phase === 'first') search.first(first, (first ?? 0) >= spoilt)
          else
            search.measured(
              messages.length,
              first,
              messages.some((key) => history.find(key) >= 0),
            )
        }
        expect(search.isVain ? 0 : search.ask).toBe(300 - spoilt)
        expect(search.isVain || !search.isContiguous).toBe(true)
        expect(asks).toBeLessThan(24)
      }
    }
  })
}
