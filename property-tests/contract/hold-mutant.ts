import type * as SimulatedArms from '../../simulators/contract/arms/simulated-arm.ts'
import type * as Running from '../../simulators/contract/contract-case.ts'
import type { ContractCase } from '../../simulators/contract/contract-case.ts'
import type * as Cases from '../../simulators/contract/contract-cases.ts'
import type { PatchedModules } from '../defects/patched-modules.ts'
import type { Mutation } from './mutation.ts'

/** What came of one case on one broken simulator. */
export interface MutantResult {
  readonly mutation: string
  readonly case: string
  /** The arm it failed on; null when it passed wherever it was tried. */
  readonly caughtBy: string | null
}

/**
 * Runs cases on a broken simulator, each in the first way in which it can be expressed, on one release and, where it passed, on the other. A case that
 * hangs has failed.
 * @throws Error when the patch does not fit
 */
export async function holdMutant(
  modules: PatchedModules,
  mutation: Mutation,
  isWanted: (contractCase: ContractCase) => boolean,
): Promise<MutantResult[]> {
  const graph = await graphOf(modules, mutation)
  const wanted = graph.cases.CONTRACT_CASES.filter(isWanted)
  const caughtBy = new Map<ContractCase, string>()
  for (const release of ['26', '20.10'] as const) {
    let left = wanted.filter((each) => !caughtBy.has(each))
    for (const way of graph.arms.WAYS) {
      if (left.length === 0) break
      // oxlint-disable-next-line no-await-in-loop -- one engine at a time
      await using opened = await graph.arms.openSimulatedArm(release, way)
      const [here, elsewhere] = [[] as ContractCase[], [] as ContractCase[]]
      for (const each of left) {
        const list = graph.running.reasonAgainst(each, opened.arm) === undefined ? here : elsewhere
        list.push(each)
      }
      left = elsewhere
      // oxlint-disable-next-line no-await-in-loop
      const failed = await Promise.all(here.map((each) => fails(graph, opened, each)))
      for (const [index, each] of here.entries()) {
        if (failed[index] === true) caughtBy.set(each, opened.arm.name)
      }
    }
  }
  return wanted.map((each) => ({
    mutation: mutation.id,
    case: each.name,
    caughtBy: caughtBy.get(each) ?? null,
  }))
}

/** The contract, as the modules of one broken simulator have it. */
interface Graph {
  readonly arms: typeof SimulatedArms
  readonly cases: typeof Cases
  readonly running: typeof Running
}

async function graphOf(modules: PatchedModules, { id }: Mutation): Promise<Graph> {
  const address = (file: string): string => modules.address(`simulators/contract/${file}`, id)
  const graph: Graph = {
    arms: await import(address('arms/simulated-arm.ts')),
    cases: await import(address('contract-cases.ts')),
    running: await import(address('contract-case.ts')),
  }
  modules.assertApplied(id)
  return graph
}

async function fails(
  { running }: Graph,
  { arm }: SimulatedArms.OpenArm,
  contractCase: ContractCase,
): Promise<boolean> {
  const { promise: deadline, resolve } = Promise.withResolvers<true>()
  const timer = setTimeout(() => resolve(true), HANG_MS)
  const run = running.runCase(arm, contractCase, PATIENCE_MS).then(
    () => false,
    () => true,
  )
  return await Promise.race([run, deadline]).finally(() => clearTimeout(timer))
}

const PATIENCE_MS = 1500
const HANG_MS = 4000
