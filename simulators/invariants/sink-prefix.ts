import type { SimulatedContainer } from '../engine/simulated-container.ts'
import type { World } from '../world.ts'
import { OutputCheck, type SkippedLines } from './output-check.ts'

export interface SinkPrefixOptions {
  /** Which container a file is the sink of; undefined for other files. Default: the one whose short id is in `…-<12 digits>.log`. */
  readonly containerOf?: (path: string) => SimulatedContainer | undefined
  /** Told of lines that were left out because the engine had lost them. */
  readonly onSkipped?: (lines: SkippedLines) => void
}

export interface SinkPrefix extends Disposable {
  /** Containers with a sink that does not hold all of what the engine has not lost of them, a sentence each. Empty at quiescence in a correct program. */
  incomplete(): string[]
  /** How far the sink of a container is; undefined before its first byte. */
  of(container: SimulatedContainer): OutputCheck | undefined
}

/**
 * I7: a raw file sink holds at every moment a prefix of what the engine stored, in its order, less what the engine lost before it could be read. Each write
 * is compared as it takes effect, so the cost is that of the bytes written.
 */
export function sinkHoldsPrefix(world: World, options: SinkPrefixOptions = {}): SinkPrefix {
  const containerOf = options.containerOf ?? byShortId(world)
  const checks = new Map<string, OutputCheck>()
  const byContainer = new Map<SimulatedContainer, { path: string; check: OutputCheck }>()
  let found: string | undefined
  const checkOf = (path: string): OutputCheck | undefined => {
    const known = checks.get(path)
    if (known !== undefined) return known
    const container = containerOf(path)
    if (container === undefined) return undefined
    const check = new OutputCheck(container, options.onSkipped)
    checks.set(path, check)
    byContainer.set(container, { path, check })
    return check
  }
  const stack = new DisposableStack()
  stack.use(
    world.fileSystem.onAppend((path, offset, bytes) => {
      const wrong = checkOf(path)?.takeAt(offset, bytes)
      if (wrong !== undefined) found ??= `${path} ${wrong}`
    }),
  )
  stack.use(world.invariant('I7 a sink holds a prefix of what was stored', () => found))
  return {
    of: (container) => byContainer.get(container)?.check,
    incomplete: () =>
      world.engine.everyContainer.flatMap((container) =>
        describeOwed(world, container, byContainer.get(container)),
      ),
    [Symbol.dispose]: () => stack.dispose(),
  }
}

function byShortId(world: World): (path: string) => SimulatedContainer | undefined {
  return (path) => {
    const shortId = path.match(/-([0-9a-f]{12})\.log$/)?.[1]
    return shortId === undefined
      ? undefined
      : world.engine.everyContainer.find(({ id }) => id.startsWith(shortId))
  }
}

function describeOwed(
  world: World,
  container: SimulatedContainer,
  known: { path: string; check: OutputCheck } | undefined,
): string[] {
  const check = known?.check ?? new OutputCheck(container)
  const held = known === undefined ? 0 : world.fileSystem.contents(known.path).length
  // A power cut may have taken what was written.
  if (held === check.held && !check.owes) return []
  const { expected, name } = container
  const line = check.owed ?? check.reached
  return [`${name}: the sink holds ${held} bytes, line ${line} of ${expected.lines} is missing`]
}
