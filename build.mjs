/**
 * Makes `dist`: `npm run build`, and, as `prepare`, `npm ci` and `npm pack`. npx prepares this checkout too, at every call of a command of it; then what is
 * built is left alone (`--unless-npx`).
 *
 * What was compiled takes its place at once, so that a process that runs from `dist` finds each module in it at any moment.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'

const [dist, fresh, old] = ['dist', 'dist.new', 'dist.old'].map((name) =>
  path.join(import.meta.dirname, name),
)

/** Files that are read as they are. */
const ASSETS = ['page.css', 'page.js'].map((name) => path.join('scenarios', 'report', 'page', name))

if (!leftToNpx()) build()

function leftToNpx() {
  const byNpx = process.argv.includes('--unless-npx') && process.env.npm_command === 'exec'
  return byNpx && existsSync(path.join(dist, 'cli.js'))
}

function build() {
  remove(fresh)
  const args = ['-p', 'tsconfig.build.json', '--outDir', fresh]
  const { status, error } = spawnSync('tsc', args, { cwd: import.meta.dirname, stdio: 'inherit' })
  if (error !== undefined) throw error
  if (status !== 0) process.exit(status ?? 1)
  for (const name of ASSETS) cpSync(path.join(import.meta.dirname, name), path.join(fresh, name))
  // npm does this where it links a command, which it does once; npx goes on using the link.
  chmodSync(path.join(fresh, 'cli.js'), 0o755)
  remove(old)
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(fresh, dist)
  remove(old)
}

function remove(directory) {
  rmSync(directory, { recursive: true, force: true })
}
