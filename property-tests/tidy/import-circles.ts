import { importsOf, type SourceFile } from './source-file.ts'

/**
 * Files that import each other, directly or through others, types included: a sentence for each circle, with one way round. Tests are checked too.
 *
 * Finds the strongly connected components of the graph of imports (Tarjan): two files are in the same one when each leads to the other.
 */
export function importCircles(files: readonly SourceFile[]): string[] {
  const graph = importGraph(files)
  return componentsOf(graph)
    .map((component) => wayRound(graph, component))
    .filter((way) => way.length > 0)
    .map((way) => `${way.join(' -> ')} is a circle of imports`)
}

/** What each source imports of the project's sources. */
type Graph = ReadonlyMap<string, readonly string[]>

function importGraph(files: readonly SourceFile[]): Graph {
  const sources = files.filter(({ path }) => path.endsWith('.ts'))
  const paths = new Set(sources.map(({ path }) => path))
  return new Map(
    sources.map((file) => [file.path, importsOf(file).filter((target) => paths.has(target))] as const),
  )
}

function componentsOf(graph: Graph): ReadonlySet<string>[] {
  const components: Set<string>[] = []
  /** In the order of the visits; of files whose component is known, Infinity. */
  const reaches = new Map<string, number>()
  const open: string[] = []

  const visit = (path: string): number => {
    const known = reaches.get(path)
    if (known !== undefined) return known
    const number = reaches.size
    reaches.set(path, number)
    open.push(path)
    const earliest = Math.min(number, ...graph.get(path)!.map(visit))
    reaches.set(path, earliest)
    if (earliest === number) close(path)
    return earliest
  }

  const close = (first: string): void => {
    const component = new Set(open.splice(open.indexOf(first)))
    for (const path of component) reaches.set(path, Infinity)
    components.push(component)
  }

  for (const path of graph.keys()) visit(path)
  return components
}

/** The shortest way from the first file of a component back to it; empty when there is none. */
function wayRound(graph: Graph, component: ReadonlySet<string>): string[] {
  const start = [...component].toSorted()[0]!
  const queue = [[start]]
  const seen = new Set<string>()
  for (let way = queue.shift(); way !== undefined; way = queue.shift()) {
    for (const next of graph.get(way.at(-1)!)!.filter((target) => component.has(target))) {
      if (next === start) return [...way, start]
      if (!seen.has(next)) queue.push([...way, next])
      seen.add(next)
    }
  }
  return []
}
