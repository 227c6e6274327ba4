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
  /** How far the sink of a container is. */
  of(container: SimulatedContainer): OutputCheck
}

/**
 * I7: a raw file sink holds at every moment a prefix of what the engine stored, in its order, less what the engine lost before it could be read. Each write
 * is compared as it takes effect, so the cost is that of the bytes written.
 */
export function sinkHoldsPrefix(world: World, options: SinkPrefixOptions = {}): SinkPrefix {
  const containerOf = options.containerOf ?? byShortId(world)
  const byContainer = new Map<SimulatedContainer, OutputCheck>()
  const byPath = new Map<string, OutputCheck>()
  const paths = new Map<OutputCheck, string>()
  let found: string | undefined
  const checkOf = (container: SimulatedContainer): OutputCheck => {
    const known = byContainer.get(container)
    if (known !== undefined) return known
    const check = new OutputCheck(container, options.onSkipped)
    byContainer.set(container, check)
    return check
  }
  const checkAt = (path: string): OutputCheck | undefined => {
    const known = byPath.get(path)
    if (known !== undefined) return known
    const container = containerOf(path)
    if (container === undefined) return undefined
    const check = checkOf(container)
    byPath.set(path, check)
    paths.set(check, path)
    return check
  }
  const stack = new DisposableStack()
  stack.use(
    world.fileSystem.onAppend((path, offset, bytes) => {
      const wrong = checkAt(path)?.takeAt(offset, bytes)
      if (wrong !== undefined) found ??= `${path} ${wrong}`
    }),
  )
  stack.use(world.invariant('I7 a sink holds a prefix of what was stored', () => found))
  return {
    of: checkOf,
    incomplete: () =>
      world.engine.everyContainer.flatMap((container) => {
        const check = checkOf(container)
        return describeOwed(world, container, check, paths.get(check))
      }),
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
  check: OutputCheck,
  path: string | undefined,
): string[] {
  const held = path === undefined ? 0 : world.fileSystem.contents(path).length
  // A power cut may have taken what was written.
  if (held === check.held && !check.owes) return []
  const { expected, name } = container
  const line = check.owed ?? check.reached
  return [`${name}: the sink holds ${held} bytes, line ${line} of ${expected.lines} is missing`]
}
