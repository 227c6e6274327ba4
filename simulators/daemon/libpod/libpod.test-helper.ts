import { PODMAN_5, type EnginePersonality } from '../../engine/personality.ts'
import { askJson, startDaemon } from '../daemon.test-helper.ts'
import type { SimulatedDaemon } from '../simulated-daemon.ts'

/** Podman whose follows are one read. */
export const STEADY_PODMAN: EnginePersonality = { ...PODMAN_5, splitFollow: null }

/** A daemon that is Podman, gone when the test ends. */
export function startPodman(): Promise<SimulatedDaemon> {
  return startDaemon({ personality: STEADY_PODMAN })
}

/** Status and body of what Podman's API answers a client of this version. */
export function askLibpod(
  daemon: SimulatedDaemon,
  path: string,
  { method = 'GET', version = '5.4.2' }: { method?: string; version?: string } = {},
): Promise<{ status: number | undefined; json: unknown }> {
  return askJson(daemon, `/v${version}/libpod${path}`, method)
}

/** Stream and text of each frame. */
export function framesIn(bytes: Buffer): [number, string][] {
  const frames: [number, string][] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 8 + bytes.readUInt32BE(at + 4)
    frames.push([bytes[at]!, bytes.toString('utf8', at + 8, end)])
    at = end
  }
  return frames
}
