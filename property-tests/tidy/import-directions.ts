import { importsOf, isTest, type SourceFile } from './source-file.ts'

/** Where each room may look: dependencies point one way. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  reference: ['reference/'],
  // The simulated daemon's scenario files are checked the way the collector's settings are. A signal has one list of listeners, not one of each room.
  simulators: [
    'simulators/',
    'reference/ports/',
    'reference/config/checked-yaml.ts',
    'reference/config/values.ts',
    'reference/lifecycle/abort-listener.ts',
  ],
  // Criteria of phases are held against defects as every other suite is.
  'property-tests': ['property-tests/', 'simulators/', 'reference/', 'scenarios/criteria/every-criterion.ts'],
  scenarios: ['scenarios/', 'simulators/', 'reference/'],
}

/**
 * How the simulators stand on one another: each folder may look at those of its own line and of the lines before it, and at nothing else of the simulators.
 * Time knows no machine, and what a machine is made of knows neither the machine nor the world. Folders that are not here may look anywhere.
 */
const LAYERS: readonly (readonly string[])[] = [
  ['simulators/world/'],
  ['simulators/real-time/'],
  [
    'simulators/wire/',
    'simulators/engine/',
    'simulators/file-system/',
    'simulators/sinks/',
    'simulators/jetstream/',
    'simulators/faults/',
  ],
  ['simulators/machine/'],
  ['simulators/world.ts'],
]

/** The collector's core is given its adapters; this is who gives them, and what is published. */
const KNOWS_ADAPTERS = [
  'reference/adapters/',
  'reference/collect-command.ts',
  'reference/dead-letters-command.ts',
  'reference/index.ts',
]

/** Imports against the fixed directions, a sentence each. Tests may look anywhere. */
export function wrongImports(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => file.path.endsWith('.ts') && !isTest(file))
    .flatMap((file) =>
      importsOf(file)
        .filter((target) => target.includes('/') && !isAllowed(file.path, target))
        .map((target) => `${file.path} must not import ${target}`),
    )
}

function isAllowed(from: string, target: string): boolean {
  const [room = ''] = from.split('/')
  const allowed = MAY_IMPORT[room]
  if (allowed === undefined || !isRoom(target)) return true
  if (room === 'reference' && target.startsWith('reference/adapters/'))
    return KNOWS_ADAPTERS.some((prefix) => from.startsWith(prefix))
  if (isAbove(from, target)) return false
  return allowed.some((prefix) => target.startsWith(prefix))
}

function isAbove(from: string, target: string): boolean {
  const [own, other] = [from, target].map((path) =>
    LAYERS.findIndex((layer) => layer.some((prefix) => path.startsWith(prefix))),
  )
  return own !== -1 && target.startsWith('simulators/') && (other === -1 || other! > own!)
}

function isRoom(target: string): boolean {
  return Object.hasOwn(MAY_IMPORT, target.split('/')[0]!)
}
