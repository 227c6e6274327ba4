import { expect } from 'vitest'
import type { HttpResponse } from '../../../reference/ports/index.ts'
import { SimulatedHttpClient } from '../../sinks/simulated-http-client.ts'
import { SimulatedSink } from '../../sinks/simulated-sink.ts'
import { demonstrate, type FaultRig } from '../fault.test-helper.ts'
import * as faults from './sink-faults.ts'

demonstrate(faults, {
  tooManyRequests: async (rig) => {
    const { sink, push } = shipping(rig)
    rig.injectInto({ sink }, faults.tooManyRequests({ retryAfterMs: 7000, times: 1 }))
    const answer = await push()
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '7'])
    expect(sink.record.count).toBe(0)
    expect((await push()).status).toBeLessThan(300)
  },

  serverError: async (rig) => {
    const { sink, push } = shipping(rig)
    using _fault = rig.injectInto({ sink }, faults.serverError({ status: 503 }))
    expect((await push()).status).toBe(503)
    expect(sink.record.count).toBe(0)
  },

  clientError: async (rig) => {
    const { sink, push } = shipping(rig)
    rig.injectInto({ sink }, faults.clientError({ status: 413, aboveBytes: 10 }))
    expect((await push('x'.repeat(10))).status).toBe(413)
    expect((await push('x'.repeat(9))).status).toBeLessThan(300)
    expect(sink.record.count).toBe(1)
  },

  sinkHang: async (rig) => {
    const { sink, push } = shipping(rig)
    const fault = rig.injectInto({ sink }, faults.sinkHang())
    const answer = rig.durationOf(push())
    await rig.world.clock.sleep(600_000, { signal: new AbortController().signal })
    fault[Symbol.dispose]()
    expect(await answer).toBeGreaterThanOrEqual(600_000)
  },

  sinkReset: async (rig) => {
    const { sink, push } = shipping(rig)
    rig.injectInto({ sink }, faults.sinkReset({ times: 1 }))
    await expect(push()).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(sink.record.count).toBe(0)
  },

  sinkSlow: async (rig) => {
    const { sink, push } = shipping(rig)
    rig.injectInto({ sink }, faults.sinkSlow({ bytesPerSecond: 10 }))
    expect(await rig.durationOf(push('x'.repeat(99)))).toBeGreaterThanOrEqual(9000)
  },

  acceptsThenFails: async (rig) => {
    const { sink, push } = shipping(rig)
    rig.injectInto({ sink }, faults.acceptsThenFails({ times: 1 }))
    expect((await push()).status).toBe(500)
    await push()
    expect([sink.record.count, sink.record.repeated]).toEqual([2, 1])
  },

  partialSuccess: async (rig) => {
    const { sink, push } = shipping(rig)
    rig.injectInto({ sink }, faults.partialSuccess({ accepted: 0.5, times: 1 }))
    await push('one\ntwo\nthree\nfour')
    expect(sink.record.count).toBe(2)
  },

  sinkRefused: async (rig) => {
    const { sink, push } = shipping(rig)
    const fault = rig.injectInto({ sink }, faults.sinkRefused())
    await expect(push()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    fault[Symbol.dispose]()
    expect((await push()).status).toBeLessThan(300)
  },
})

function shipping(rig: FaultRig): { sink: SimulatedSink; push: (lines?: string) => Promise<HttpResponse> } {
  const sink = new SimulatedSink(rig.world)
  const client = new SimulatedHttpClient(rig.world, { 'http://loki': sink })
  const { signal } = new AbortController()
  const push = (lines = 'one'): Promise<HttpResponse> =>
    client.request({
      method: 'POST',
      url: 'http://loki/push',
      headers: {},
      body: Buffer.from(`${lines}\n`),
      signal,
    })
  return { sink, push }
}
