import Docker from 'dockerode'

/**
 * A client for an engine's address, `unix:///path` or `tcp://host:port`. It opens no connection by itself.
 * @param timeout milliseconds without a byte after which a call fails; default never
 */
export function dockerClient(host: string, timeout?: number): Docker {
  const url = new URL(host)
  const limit = timeout === undefined ? {} : { timeout }
  if (url.protocol === 'unix:') return new Docker({ socketPath: url.pathname, ...limit })
  return new Docker({ protocol: 'http', host: url.hostname, port: Number(url.port), ...limit })
}

/** Where an engine is looked for: `DOCKER_HOST`, then the usual socket. */
export function usualHosts(): string[] {
  const configured = process.env['DOCKER_HOST']
  return configured === undefined || configured === '' ? ['unix:///var/run/docker.sock'] : [configured]
}

/** True when an engine answers there. */
export async function answers(host: string): Promise<boolean> {
  return await dockerClient(host)
    .ping()
    .then(
      () => true,
      () => false,
    )
}
