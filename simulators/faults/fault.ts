import type { Parameter } from './parameter.ts'

/** What a fault goes wrong with. */
export type FaultTarget = 'stream' | 'call' | 'engine' | 'container' | 'file system' | 'sink'

/** One thing that goes wrong, with its parameters: an order that can be given to a machine of this kind, as often as wanted. */
export interface Fault<in Machine> {
  /** As in the catalogue, such as `bandwidth`. */
  readonly name: string
  /**
   * Makes it go wrong from now on. Dispose what is returned to make it right again; where the fault is over at once that does nothing.
   * @throws EngineError `not_found` when the container it is for is not there
   */
  inject(machine: Machine): Disposable
}

/** The parameters of a fault by name; the names are in camel case and end in `Ms` for milliseconds. */
export type Parameters = Readonly<Record<string, Parameter<unknown>>>

/** An entry of the catalogue. */
export interface FaultEntry {
  /** In kebab case; as in a scenario file. */
  readonly name: string
  readonly target: FaultTarget
  /** One sentence. */
  readonly description: string
  readonly parameters: Parameters
  /** Whether it goes on until it is taken away; otherwise it is over at once. */
  readonly lasts: boolean
}

/** A kind of fault. Call it with its parameters to get an order. */
export interface FaultKind<Options, Machine> extends FaultEntry {
  /** @throws RangeError naming the parameter, what was given and what is allowed */
  (...options: Given<Options>): Fault<Machine>
}

/** A kind of fault of which no more is known than the machine it can be ordered for. */
export interface AnyFaultKind<in Machine> extends FaultEntry {
  (options: never): Fault<Machine>
}

/** Options may be left out where each of them has a default. */
type Given<Options> = Partial<Options> extends Options ? [options?: Options] : [options: Options]
