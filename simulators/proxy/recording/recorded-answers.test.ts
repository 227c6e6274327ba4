import { describe, expect, test } from 'vitest'
import { RecordedAnswers } from './recorded-answers.ts'
import type { RecordedExchange } from './recording-reader.ts'

/** A recording of these requests, each answered with its number. */
function recorded(...targets: string[]): (target: string) => number | null {
  const exchanges = targets.map((target, index): RecordedExchange => ({
    method: 'GET',
    target,
    sent: [{ afterMs: 0, bytes: Buffer.from(String(index)) }],
    end: null,
  }))
  const answers = new RecordedAnswers({ exchanges })
  return (target) => {
    const exchange = answers.next({ method: 'GET', target })
    return exchange === null ? null : Number(exchange.sent[0]!.bytes)
  }
}

const snapshot = (tail: number | 'all'): string => `/containers/web/logs?stdout=1&tail=${tail}`
const followed = (tail: number): string => `/v1.41/containers/web/logs?follow=1&stdout=1&tail=${tail}`

describe('what a request is answered', () => {
  test('that to the same request, each once, the last again and again', () => {
    const ask = recorded('/version', snapshot(1), '/version', snapshot(1))
    expect([ask('/version'), ask('/version'), ask('/version')]).toEqual([0, 2, 2])
    expect([ask(snapshot(1)), ask(snapshot(1)), ask(snapshot(1))]).toEqual([1, 3, 3])
  })

  test('a log that was asked for otherwise: with as many messages or more', () => {
    const ask = recorded(snapshot(1), snapshot(300), followed(310), snapshot('all'))
    expect(ask(snapshot(280))).toBe(1)
    expect(ask(followed(305))).toBe(2)
    expect(ask(snapshot(400))).toBe(3)
  })

  test('a log never goes back', () => {
    const ask = recorded(snapshot(100), snapshot(306), followed(350), snapshot(306), snapshot('all'))
    expect(ask(followed(350))).toBe(2)
    expect(ask(snapshot(306))).toBe(3)
    expect(ask(snapshot(100))).toBe(4)
    expect(ask(snapshot(100))).toBe(0)
  })

  test('of another container, or of another kind, nothing', () => {
    const ask = recorded(snapshot(1), '/containers/web/json')
    expect(ask('/containers/other/logs?stdout=1&tail=1')).toBeNull()
    expect(ask(followed(1))).toBeNull()
    expect(ask('/images/json')).toBeNull()
  })
})
