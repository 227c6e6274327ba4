import { findSourceMap } from 'node:module'
import path from 'node:path'
import { toPath, type Frame } from './call-path.ts'

/**
 * `file:line:column` in what was written, for a frame of what is run. A test runner that transforms sources maps stack traces by `Error.prepareStackTrace`;
 * this asks it, for a trace of this one frame. Otherwise Node's own source maps are asked, which it has when started with `--enable-source-maps`.
 */
export function originalPosition(frame: Frame): string {
  const [file, line, column] = mappedByRunner(frame) ?? mappedByNode(frame)
  return `${shortened(toPath(file))}:${line}:${column}`
}

type Position = readonly [file: string, line: number | string, column: number | string]

function mappedByRunner(frame: Frame): Position | null {
  const trace: unknown = Error.prepareStackTrace?.(new Error('position'), [new OneCallSite(frame)])
  const found = typeof trace === 'string' ? / at (.+):(\d+):(\d+)$/.exec(trace) : null
  return found === null ? null : [found[1]!, found[2]!, found[3]!]
}

function mappedByNode({ file, line, column }: Frame): Position {
  const origin = findSourceMap(toPath(file))?.findOrigin(line, column)
  if (origin === undefined || !('fileName' in origin)) return [file, line, column]
  return [origin.fileName, origin.lineNumber, origin.columnNumber]
}

/** Relative where that is shorter to read, which is inside the working directory. */
function shortened(file: string): string {
  const relative = path.relative(process.cwd(), file)
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative
}

/** What a stack trace is made of, with one frame's position; methods are on the prototype, where who wraps call sites looks for them. */
class OneCallSite implements NodeJS.CallSite {
  readonly #frame: Frame

  constructor(frame: Frame) {
    this.#frame = frame
  }

  getFileName(): string {
    return this.#frame.file
  }
  getScriptNameOrSourceURL(): string {
    return this.#frame.file
  }
  getLineNumber(): number {
    return this.#frame.line
  }
  getColumnNumber(): number {
    return this.#frame.column
  }
  getEnclosingLineNumber(): number {
    return this.#frame.line
  }
  getEnclosingColumnNumber(): number {
    return this.#frame.column
  }
  getFunctionName(): null {
    return null
  }
  getMethodName(): null {
    return null
  }
  getTypeName(): null {
    return null
  }
  getFunction(): undefined {
    return undefined
  }
  getThis(): undefined {
    return undefined
  }
  getEvalOrigin(): undefined {
    return undefined
  }
  getPromiseIndex(): null {
    return null
  }
  getScriptHash(): string {
    return ''
  }
  getPosition(): number {
    return 0
  }
  isToplevel(): boolean {
    return true
  }
  isNative(): boolean {
    return false
  }
  isEval(): boolean {
    return false
  }
  isConstructor(): boolean {
    return false
  }
  isAsync(): boolean {
    return false
  }
  isPromiseAll(): boolean {
    return false
  }
  toString(): string {
    const { file, line, column } = this.#frame
    return `${file}:${line}:${column}`
  }
}
