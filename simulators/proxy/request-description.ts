import { anyRoute } from '../daemon/routes.ts'
import { isTrue } from '../daemon/docker/container-list.ts'
import type { EngineOperation } from '../engine/call-faults.ts'

/** What a request asks of an engine, as far as faults tell requests apart. */
export interface RequestDescription {
  /** Null for what is none of these operations. */
  readonly operation: EngineOperation | null
  /** The container the path names; empty for none. */
  readonly reference: string
  /** Whether a log is to be followed. */
  readonly follow: boolean
  /** Whether it is of Podman's own API, which sends a log in frames, with a terminal too. */
  readonly isLibpod: boolean
}

export function describeRequest(method: string, target: string): RequestDescription {
  const url = URL.parse(`http://engine${target}`)
  const path = (url?.pathname ?? '').replace(VERSION, '')
  const found = anyRoute(method, path)
  return {
    operation: found?.route.operation ?? null,
    reference: found?.reference ?? '',
    follow: isTrue(url?.searchParams.get('follow') ?? null),
    isLibpod: path.startsWith('/libpod/'),
  }
}

const VERSION = /^\/v\d+(?:\.[0-9A-Za-z-]+)*(?=\/)/
