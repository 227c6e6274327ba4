import { cp, mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { nodeFileTrace } from '@vercel/nft'

/**
 * Copies what the collector loads when it runs into a folder: the files of `dist` and of the packages that they import, whatever the configuration. What belongs to
 * the testbed is left out, so that its commands are not there.
 *
 *     node scenarios/image/copy-collector.ts DIRECTORY
 *
 * Needs a build. Prints what was copied, as JSON.
 */
const ROOT = path.resolve(import.meta.dirname, '../..')
const ENTRY = 'dist/cli.js'
const TESTBED = ['dist/scenarios/**', 'dist/simulators/**', 'dist/property-tests/**']
const MANIFEST = 'package.json'

const [directory] = process.argv.slice(2)
if (directory === undefined) {
  process.stderr.write('Cannot copy the collector: expected a directory, as in copy-collector.ts DIRECTORY\n')
  process.exit(2)
}
await stat(path.join(ROOT, ENTRY)).catch(() => {
  process.stderr.write(`Cannot copy the collector: there is no ${ENTRY}; run npm run build\n`)
  process.exit(2)
})

const { fileList } = await nodeFileTrace([ENTRY], { base: ROOT, processCwd: ROOT, ignore: TESTBED })
// Of the checkout itself the trace also names the sources that `dist` may hand over to.
const files = [...fileList].filter((file) => /^(dist|node_modules)\//.test(file) || file === MANIFEST)
let bytes = 0
for (const file of new Set([...files, MANIFEST])) {
  const [from, to] = [path.join(ROOT, file), path.join(directory, file)]
  // oxlint-disable no-await-in-loop -- a thousand small files, once for an image
  bytes += (await stat(from)).size
  await mkdir(path.dirname(to), { recursive: true })
  await cp(from, to)
  // oxlint-enable no-await-in-loop
}
const packages = new Set(files.flatMap((file) => packageOf(file) ?? []))
process.stdout.write(`${JSON.stringify({ files: files.length, bytes, packages: packages.size })}\n`)

function packageOf(file: string): string | null {
  return /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? null
}
