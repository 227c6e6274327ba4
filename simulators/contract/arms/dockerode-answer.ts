import { Answer } from '../answer.ts'

/** What dockerode was told: the status of success when it resolves, that of its error otherwise. */
export async function answerOf(call: () => Promise<unknown>, success: number): Promise<Answer> {
  const result = await orRefusal(call)
  return result instanceof Answer ? result : new Answer(success)
}

/** What a call yields, or the engine's refusal. @throws any error that is no answer of the engine */
export async function orRefusal<T>(call: () => Promise<T>): Promise<T | Answer> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') {
      return new Answer(error.statusCode, WORDS.exec(error.message)?.[1]?.trim() ?? '')
    }
    throw error
  }
}

/** dockerode puts its own words before those of the engine. */
const WORDS = /^\(HTTP code \d+\) .*? - (.*)$/s
