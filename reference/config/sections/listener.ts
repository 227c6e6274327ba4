import type { z } from 'zod'
import { section } from '../section.ts'
import { flag, listen } from '../values.ts'

export interface ListenerConfig {
  readonly enabled: boolean
  readonly host: string
  /** 0 for a free one. */
  readonly port: number
}

/** A server. @param usual where it listens by default */
export function listener(usual: string): z.ZodType<ListenerConfig> {
  return section({
    enabled: flag.default(true).describe('listen'),
    listen: listen.prefault(usual).describe('host:port, [address]:port for IPv6; port 0 for a free one'),
  }).transform(({ enabled, listen: { host, port } }) => ({ enabled, host, port }))
}
