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
  'property-tests': ['property-tests/', 'simulators/', 'reference/'],
  scenarios: ['scenarios/', 'simulators/', 'reference/'],
}

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
  return allowed.some((prefix) => target.startsWith(prefix))
}

function isRoom(target: string): boolean {
  return Object.hasOwn(MAY_IMPORT, target.split('/')[0]!)
}
