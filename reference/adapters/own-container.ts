/**
 * The container that a process is in, by its mounts (`/proc/self/mountinfo`): engines mount the file with its host name from a folder that is called as the
 * container, on every network but that of another container, whose file it then is. Null where there is none.
 */
export function containerIdIn(mountinfo: string): string | null {
  return OWN_HOSTNAME.exec(mountinfo)?.[1] ?? null
}

/** Docker: `…/containers/<id>/hostname`; Podman: `…/overlay-containers/<id>/userdata/hostname`. */
const OWN_HOSTNAME = /containers\/([0-9a-f]{64})\/(?:userdata\/)?hostname \/etc\/hostname /
