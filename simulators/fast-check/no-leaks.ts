import fc from 'fast-check'
import { assertNoLeaks } from '../leaks/assert-no-leaks.ts'
import type { LeakOptions } from '../leaks/leak-options.ts'
import { describeEntry } from '../world/resource-ledger.ts'
import type { Simulation } from '../world/simulation.ts'
import { intoList } from '../world/watched-simulations.ts'
import { asyncPlugin, type Verdict } from './async-plugin.ts'

export interface NoLeaksOptions extends LeakOptions {
  /**
   * What is looked at: `worlds`, what is open in the worlds that a case makes; `process`, what it leaves open in the real process; or both. Where cases run in
   * worlds alone, `worlds` is much the quicker. Default `both`.
   */
  readonly where?: 'both' | 'worlds' | 'process'
}

/**
 * A plugin of fast-check that fails a case which leaves anything open: in the worlds that it makes (streams, calls, files, timers), and in the real process (descriptors,
 * connections, timers, listeners, children, workers, streams, tasks). The failure says what is open and which line opened it; the case is shrunk like any other.
 *
 *     import { noLeaks } from 'watertight/simulators/fast-check'
 *
 *     await fc.assert(property, { plugins: [noLeaks()] })
 *
 * Of the process each case is watched as `assertNoLeaks` watches a block, with the same options. A case that fails anyway is not looked at. For properties made by
 * `fc.asyncProperty`; cases of properties that run at the same time in one process would see each other.
 * @throws RangeError for options that make no sense
 */
export function noLeaks<Case>({ where = 'both', ...options }: NoLeaksOptions = {}): fc.Plugin<Case> {
  if (!WHERE.has(where))
    throw new RangeError(
      `Cannot look for leaks where ${JSON.stringify(where)} says: it is ${[...WHERE].join(', ')}`,
    )
  return asyncPlugin('noLeaks', async (run, value) => {
    let verdict: Verdict = null
    const block = async (): Promise<void> => {
      // Each round needs what was drawn as it was.
      verdict = await runCase(() => run(fc.cloneIfNeeded(value)), where)
    }
    if (where === 'worlds') await block()
    else await assertNoLeaks(block, options).catch((error: unknown) => (verdict ??= { error }))
    return verdict
  })
}

/** Keeps no world longer than the case: what only a world refers to is garbage to the process. */
async function runCase(run: () => Promise<Verdict>, where: NoLeaksOptions['where']): Promise<Verdict> {
  if (where === 'process') return await run()
  const worlds: Simulation[] = []
  const verdict = await intoList(worlds, run)
  return verdict ?? openIn(worlds)
}

function openIn(worlds: readonly Simulation[]): Verdict {
  const open = worlds.flatMap(({ ledger, seed }) =>
    ledger
      .list()
      .map(
        (entry) => `  ${describeEntry(entry)}${worlds.length > 1 ? `, in the world of seed ${seed}` : ''}`,
      ),
  )
  if (open.length === 0) return null
  return { error: new Error(`The case left something open in its world:\n${open.join('\n')}`) }
}

const WHERE: ReadonlySet<string> = new Set(['both', 'worlds', 'process'])
