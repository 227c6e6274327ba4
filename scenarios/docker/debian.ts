import { readFile } from 'node:fs/promises'
import { runProgram } from './run-program.ts'

/** True on Debian or a descendant, with the right to install packages. */
export async function canInstallPackages(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return /^ID(_LIKE)?=.*debian/m.test(release)
}

/** Installs packages with apt-get, without what they merely recommend. */
export async function installPackages(...packages: string[]): Promise<void> {
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
  await runProgram('apt-get', ['update', '-q'], quiet)
  await runProgram('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], quiet)
}
