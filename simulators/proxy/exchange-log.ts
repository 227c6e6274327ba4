import type { AnswerEnd } from './passage.ts'

/** Told what passes to clients. */
export interface ExchangeLog {
  /** A request has come. @param connection its number, from 1 on */
  begin(connection: number, request: { readonly method: string; readonly target: string }): ExchangeRecord
}

/** One request and its answer. */
export interface ExchangeRecord {
  /** These bytes were sent to the client. */
  sent(bytes: Uint8Array): void
  /** How it ended; `left` where the client went first. Called once. */
  over(how: AnswerEnd | 'left'): void
}

/** Keeps nothing. */
export const NO_LOG: ExchangeLog = { begin: () => ({ sent: () => {}, over: () => {} }) }
