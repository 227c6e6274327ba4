import type { SimulatedContainer } from '../engine/simulated-container.ts'
import type { World } from '../world.ts'

export interface SinkPrefixOptions {
  /** Which container a file is the sink of; undefined for other files. Default: the one whose short id is in `…-<12 digits>.log`. */
  readonly containerOf?: (path: string) => SimulatedContainer | undefined
}

export interface SinkPrefix extends Disposable {
  /** Containers with a sink that does not hold all of their output, a sentence each. Empty at quiescence in a correct program. */
  incomplete(): string[]
}

/**
 * I7: a raw file sink holds at every moment a prefix of what the engine stored, in its order. Each write is compared as it takes effect, so the cost is
 * that of the bytes written.
 */
export function sinkHoldsPrefix(world: World, options: SinkPrefixOptions = {}): SinkPrefix {
  const containerOf = options.containerOf ?? byShortId(world)
  const paths = new Map<string, SimulatedContainer>()
  let found: string | undefined
  const stack = new DisposableStack()
  stack.use(
    world.fileSystem.onAppend((path, offset, bytes) => {
      const container = paths.get(path) ?? containerOf(path)
      if (container === undefined) return
      paths.set(path, container)
      found ??= compare(container, path, offset, bytes)
    }),
  )
  stack.use(world.invariant('I7 a sink holds a prefix of what was stored', () => found))
  return {
    incomplete: () => incomplete(world, paths),
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

function compare(
  container: SimulatedContainer,
  path: string,
  offset: number,
  bytes: Uint8Array,
): string | undefined {
  const expected = container.expected.view(offset, offset + bytes.length)
  if (Buffer.compare(expected, bytes) === 0) return undefined
  let same = 0
  while (same < expected.length && expected[same] === bytes[same]) same += 1
  if (isTornEnd(container, bytes, same)) return undefined
  return `${path} differs from the output of ${container.name} at byte ${offset + same}: expected ${excerpt(expected, same)}, written ${excerpt(bytes, same)}`
}

/** A removal takes the rest of a line that was read in part; what was read of it is ended with a newline. */
function isTornEnd(container: SimulatedContainer, bytes: Uint8Array, same: number): boolean {
  return container.state === 'removed' && same === bytes.length - 1 && bytes[same] === NEWLINE
}

function excerpt(bytes: Uint8Array, from: number): string {
  const text = Buffer.from(bytes.subarray(from, from + EXCERPT_BYTES)).toString('latin1')
  return text === '' ? 'nothing' : JSON.stringify(text)
}

function incomplete(world: World, paths: ReadonlyMap<string, SimulatedContainer>): string[] {
  const held = new Map<SimulatedContainer, number>()
  for (const [path, container] of paths) held.set(container, world.fileSystem.contents(path).length)
  return world.engine.everyContainer
    .filter((container) => (held.get(container) ?? 0) !== container.expected.length)
    .map(
      (container) =>
        `${container.name}: the sink holds ${held.get(container) ?? 0} of ${container.expected.length} bytes`,
    )
}

const NEWLINE = 0x0a
const EXCERPT_BYTES = 60
