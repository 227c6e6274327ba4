/** What a subject says, and what is seen of it from outside; `null` for what is not known. */
export interface SubjectLook {
  readonly tasks: number | null
  readonly streams: number | null
  readonly fds: number | null
  readonly sinkFiles: number | null
}

/** A subject with the reference collector's HTTP API, as an operator sees it. */
export interface OperatedSubject {
  /** @throws Error when nobody answers */
  post(
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: string }>
  /** Connections it has to the engine. */
  connections(): number
  look(): Promise<SubjectLook>
  /**
   * Tells it to end, and starts it again once it has.
   * @returns seconds it took to end
   */
  restart(): Promise<number>
  /** Of the file that its file monitor reads. */
  appendToTailed(text: string): Promise<void>
  sleep(ms: number): Promise<void>
  nowMs(): number
}
