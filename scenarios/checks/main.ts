/** `npm run checks -- NAME`: what the phases do not show, measured on a real engine. Linux only: processes are read from /proc. */
import { Argument, Command, Option } from 'commander'
import { bigLog } from './big-log.ts'
import { containerImage } from './container-image.ts'
import { frozenEngine } from './frozen-engine.ts'
import { jetStream } from './jetstream.ts'
import { killNine } from './kill-nine.ts'
import { manyContainers } from './many-containers.ts'
import { manyFiles } from './many-files.ts'
import { packedPackage } from './packed-package.ts'
import { powerCut } from './power-cut/power-cut.ts'
import { restartUnderLogRotation } from './restart-under-log-rotation.ts'
import { severalSinks } from './several-sinks.ts'
import { shortLived } from './short-lived.ts'
import { simulatedDaemon } from './simulated-daemon/simulated-daemon.ts'
import { sourceFiles } from './source-files.ts'
import { throughput } from './throughput.ts'
import { tlsEngine } from './tls-engine.ts'

interface Options {
  readonly minutes: number
  readonly rounds: number
  readonly containers: number
  readonly source: 'api' | 'files'
}

const CHECKS = {
  'many-containers': ({ minutes }: Options) => manyContainers(minutes),
  'many-files': manyFiles,
  'restart-under-log-rotation': ({ rounds }: Options) => restartUnderLogRotation(rounds),
  'short-lived': ({ containers, source }: Options) => shortLived(containers, source),
  'several-sinks': severalSinks,
  jetstream: ({ rounds }: Options) => jetStream(rounds),
  'kill-nine': ({ rounds }: Options) => killNine(rounds),
  'big-log': bigLog,
  throughput,
  'source-files': sourceFiles,
  'switching-sources': ({ rounds }: Options) => restartUnderLogRotation(rounds, ['api', 'files']),
  'frozen-engine': frozenEngine,
  'simulated-daemon': simulatedDaemon,
  'power-cut': powerCut,
  'tls-engine': tlsEngine,
  'packed-package': packedPackage,
  'container-image': containerImage,
} as const

const program = new Command('checks')
  .addArgument(new Argument('<name>', 'the check').choices(Object.keys(CHECKS)))
  .addOption(new Option('--minutes <n>', 'length of many-containers').default(10).argParser(Number))
  .addOption(
    new Option('--rounds <n>', 'rounds of restart-under-log-rotation, jetstream and kill-nine')
      .default(5)
      .argParser(Number),
  )
  .addOption(new Option('--containers <n>', 'short containers of short-lived').default(500).argParser(Number))
  .addOption(
    new Option('--source <name>', 'where short-lived reads logs from')
      .choices(['api', 'files'])
      .default('api'),
  )
  .action(async (name: keyof typeof CHECKS, options: Options) => {
    await CHECKS[name](options)
  })
await program.parseAsync()
