/** The states Podman's clients can ask for. A container here is never `initialized` or `unknown`, and `stopped` it is only as `exited`. */
export const LIBPOD_STATES: readonly string[] = [
  'created',
  'initialized',
  'running',
  'stopped',
  'paused',
  'exited',
  'removing',
  'unknown',
]
