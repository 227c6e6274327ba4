import type Docker from 'dockerode'

/** Tells every container to end, and waits until all have. */
export async function endWorkloads(docker: Docker, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => docker.getContainer(name).stop({ t: STOP_LIMIT_SECONDS })))
}

/** Number of the last line each container has stored, by its name. */
export async function lastStoredLines(
  docker: Docker,
  names: readonly string[],
): Promise<Map<string, number>> {
  const entries = names.map(async (name) => [name, await lastStoredLine(docker.getContainer(name))] as const)
  return new Map(await Promise.all(entries))
}

async function lastStoredLine(container: Docker.Container): Promise<number> {
  const log = await container.logs({ stdout: true, stderr: true, tail: 1 })
  return Number(/ (\d+) \w+ \.\s*$/.exec(log.toString())?.[1] ?? 0)
}

const STOP_LIMIT_SECONDS = 10
