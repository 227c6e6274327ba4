/** What a client is told when it asks for a change, or in place of what it asked for. */
export class Answer {
  /** HTTP's. 0 where the client does not show it. */
  readonly status: number
  /** The engine's words for a refusal, normalised; empty otherwise. */
  readonly words: string

  constructor(status: number, words = '') {
    this.status = status
    this.words = words
  }
}

/** For expectations. */
export function answer(status: number, words = ''): Answer {
  return new Answer(status, words)
}
