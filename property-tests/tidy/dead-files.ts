import { filesNamedIn, isTest, programsNamedIn, type SourceFile } from './source-file.ts'

/** Loaded by a name that is put together, or by a tool. */
const LOADED_BY_NAME = [
  'vitest.config.ts',
  'property-tests/defects/register.ts',
  'property-tests/defects/unit-tests.config.ts',
  'property-tests/defects/unit-tests.ts',
  'property-tests/mutation/one-process/stryker-plugin.ts',
  'property-tests/mutation/vitest.config.ts',
  'property-tests/leaks/node-test-program.ts',
  'property-tests/pinned-seed.ts',
  'scenarios/alerts/record-main.ts',
  'scenarios/simulated/daemon-main.ts',
]

/**
 * Sources that nothing leads to: no test, nothing the package exports, no command in a script, a settings file or the documentation, and no source that
 * one of these leads to.
 */
export function deadFiles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const sources = files.filter(({ path }) => path.endsWith('.ts'))
  const others = files.filter(({ path }) => !path.endsWith('.ts'))
  const queue = [
    ...LOADED_BY_NAME,
    ...sources.filter(isTest).map(({ path }) => path),
    ...others.flatMap(programsNamedIn),
    ...published(byPath.get('package.json')),
  ]
  const reached = new Set<string>()
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const file = byPath.get(path)
    if (file === undefined || reached.has(path)) continue
    reached.add(path)
    queue.push(...filesNamedIn(file))
  }
  return sources.map(({ path }) => path).filter((path) => !reached.has(path))
}

/** The sources from which the published files are built. */
function published(manifest: SourceFile | undefined): string[] {
  const built = (manifest?.text ?? '').matchAll(/\bdist\/([\w./-]+)\.js\b/g)
  return [...built].map(([, path]) => `${path}.ts`)
}
