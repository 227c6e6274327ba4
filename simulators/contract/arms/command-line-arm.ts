import { z } from 'zod'
import { Answer } from '../answer.ts'
import type {
  CommandResult,
  ContainerSpec,
  ContractArm,
  EventOptions,
  Following,
  Inspection,
  Listed,
  ListOptions,
  LogOptions,
  SeenEvent,
  Verb,
  VerbOptions,
} from '../arm.ts'
import { CONTRACT_IMAGE } from '../container-request.ts'
import { LogSeen } from '../log-seen.ts'
import { commandOf } from '../shell-script.ts'
import { stampOfMs, stampsOf } from '../stamps.ts'
import { DockerCommand } from './docker-command.ts'
import { EventLines } from './event-lines.ts'
import { following } from './following.ts'
import { SocketArm, type SocketArmOptions } from './socket-arm.ts'

const ListedJson = z.object({ ID: z.string(), Names: z.string(), State: z.string(), Status: z.string() })
const InspectedJson = z.tuple([z.record(z.string(), z.unknown())])

/** Any engine on a socket, through the docker command. */
export class CommandLineArm extends SocketArm implements ContractArm {
  readonly lacks = {
    statuses: 'the docker command does not show the status of an answer',
    streams: 'docker logs always asks for both streams',
    http: 'the docker command writes its requests itself',
  } as const
  readonly view = {
    answer: ({ words }: Answer): unknown => ({ words }),
    log: (seen: LogSeen): unknown => ({ stdout: seen.text('stdout'), stderr: seen.text('stderr') }),
  }
  readonly #command: DockerCommand
  readonly #options: SocketArmOptions

  /** @param program name or path of the docker command */
  constructor(options: SocketArmOptions, program = 'docker') {
    super(options)
    this.#options = options
    this.#command = new DockerCommand(program, options.socketPath)
  }

  async create(name: string, spec: ContainerSpec): Promise<Answer> {
    const program = spec.program ?? []
    this.#options.onProgram?.(program)
    const options = [
      `--name=${name}`,
      '--network=none',
      `--log-driver=${spec.logDriver ?? 'json-file'}`,
      ...Object.entries(spec.labels ?? {}).map(([key, value]) => `--label=${key}=${value}`),
      ...Object.entries(spec.logOptions ?? {}).map(([key, value]) => `--log-opt=${key}=${value}`),
      ...(spec.tty === true ? ['--tty'] : []),
      ...(spec.autoRemove === true ? ['--rm'] : []),
    ]
    return answerOf(await this.docker('create', ...options, CONTRACT_IMAGE, ...commandOf(program)))
  }

  async act(verb: Verb, reference: string, options: VerbOptions = {}): Promise<Answer> {
    const { name, ...flags } = options
    const words = Object.entries(flags).map(([key, value]) => `${'-'.repeat(dashes(key))}${key}=${value}`)
    const newName = name === undefined ? [] : [String(name)]
    const told = answerOf(await this.docker(verb === 'remove' ? 'rm' : verb, ...words, reference, ...newName))
    if (verb === 'start' || verb === 'restart') await this.sleep(this.#options.startUpMs ?? 0)
    return told
  }

  async list({ all = false, limit, filters = {} }: ListOptions): Promise<Listed[] | Answer> {
    const options = [...(all ? ['--all'] : []), ...(limit === undefined ? [] : [`--last=${limit}`])]
    const result = await this.docker('ps', '--no-trunc', ...options, ...filterFlags(filters), ...AS_JSON)
    if (result.status !== 0) return answerOf(result)
    return linesOf(result.stdout).map((line) => {
      const { ID, Names, State, Status } = ListedJson.parse(JSON.parse(line))
      return { id: ID, name: Names, state: State, status: Status }
    })
  }

  async inspect(reference: string): Promise<Inspection | Answer> {
    const result = await this.docker('container', 'inspect', reference)
    return result.status === 0 ? InspectedJson.parse(JSON.parse(result.stdout))[0] : answerOf(result)
  }

  async logs(reference: string, options: LogOptions = {}): Promise<LogSeen | Answer> {
    const result = await this.docker('logs', ...logFlags(options), reference)
    return result.status === 0 ? logOf(result.stdout, result.stderr) : answerOf(result)
  }

  async stamps(reference: string): Promise<string[]> {
    const { stdout, stderr } = await this.docker('logs', '--timestamps', reference)
    return stampsOf(logOf(stdout, stderr))
  }

  follow(reference: string, options: LogOptions = {}): Promise<Following<LogSeen>> {
    const child = this.#command.start(['logs', '--follow', ...logFlags(options), reference])
    const stdout = following(child.stdout!, new TextReader())
    const stderr = following(child.stderr!, new TextReader())
    return Promise.resolve({
      get seen() {
        return logOf(stdout.seen, stderr.seen)
      },
      get ended() {
        return stdout.ended && stderr.ended
      },
      close: () => void child.kill(),
    })
  }

  /** The command does not tell when it listens, so it asks for what happened since now. */
  events({ since, until, filters = {} }: EventOptions = {}): Promise<Following<readonly SeenEvent[]>> {
    const options = [`--since=${since ?? stampOfMs(this.now())}`, ...flag('until', until)]
    const child = this.#command.start(['events', ...options, ...filterFlags(filters), ...AS_JSON])
    const events = following(child.stdout!, new EventLines())
    return Promise.resolve({
      get seen() {
        return events.seen
      },
      get ended() {
        return events.ended
      },
      close: () => void child.kill(),
    })
  }

  http(): Promise<never> {
    return Promise.reject(new Error(this.lacks.http))
  }

  docker(...args: readonly string[]): Promise<CommandResult> {
    return this.#command.run(args)
  }
}

/** What came so far, a character a byte. */
class TextReader {
  seen = ''

  add(piece: Uint8Array): void {
    this.seen += Buffer.from(piece).toString('latin1')
  }
}

function logOf(stdout: string, stderr: string): LogSeen {
  return new LogSeen([
    ['stdout', stdout],
    ['stderr', stderr],
  ])
}

function logFlags({ timestamps = false, since, until, tail }: LogOptions): string[] {
  const number = tail === undefined ? undefined : String(tail)
  return [
    ...(timestamps ? ['--timestamps'] : []),
    ...flag('since', since),
    ...flag('until', until),
    ...flag('tail', number),
  ]
}

function flag(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`--${name}=${value}`]
}

function filterFlags(filters: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(filters).flatMap(([key, values]) => values.map((value) => `--filter=${key}=${value}`))
}

function dashes(flagName: string): number {
  return flagName.length === 1 ? 1 : 2
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

/** The words of the engine in what the command printed; releases of the command put different ones before them. */
function answerOf({ status, stderr }: CommandResult): Answer {
  if (status === 0) return new Answer(0)
  const [first = ''] = linesOf(stderr)
  return new Answer(0, first.replace(/^Error(?: response from daemon)?: /, '') || `status ${status}`)
}

const AS_JSON = ['--format', '{{json .}}']
