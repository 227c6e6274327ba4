import { z } from 'zod'
import type {
  ContainerDetails,
  ContainerEvent,
  ContainerSummary,
  EngineInfo,
} from '../../ports/docker-engine.ts'

/**
 * The engine's JSON, as far as the collector uses it. Every function throws a ZodError when the answer has another shape.
 * Podman leaves out or nulls what Docker sends empty.
 */
const Labels = z.record(z.string(), z.string()).nullish()

const VersionReply = z.object({
  Version: z.string(),
  ApiVersion: z.string().regex(/^\d+\.\d+$/),
  MinAPIVersion: z.string().optional(),
  Components: z.array(z.object({ Name: z.string() })).nullish(),
})

/** `/version`. The API version is the engine's own where we know it, ours where the engine is newer. */
export function toEngineInfo(json: unknown): EngineInfo {
  const reply = VersionReply.parse(json)
  const podman = reply.Components?.some((component) => component.Name.startsWith('Podman')) ?? false
  return {
    kind: podman ? 'podman' : 'docker',
    version: reply.Version,
    apiVersion: chooseApiVersion(reply.ApiVersion, reply.MinAPIVersion),
  }
}

/** The newest API version tested. What is used of it has not changed since 1.24. */
const NEWEST_API = '1.47'

function chooseApiVersion(newest: string, oldest: string | undefined): string {
  const usable = minorOf(newest) < minorOf(NEWEST_API) ? newest : NEWEST_API
  return oldest !== undefined && minorOf(oldest) > minorOf(usable) ? oldest : usable
}

function minorOf(apiVersion: string): number {
  return Number(apiVersion.split('.')[1])
}

const ContainerList = z.array(
  z.object({ Id: z.string(), Names: z.array(z.string()).nullish(), Labels, State: z.string() }),
)

/** `/containers/json` */
export function toContainerSummaries(json: unknown): ContainerSummary[] {
  return ContainerList.parse(json).map((container) => ({
    id: container.Id,
    name: ownName(container.Names ?? []) ?? container.Id.slice(0, 12),
    labels: container.Labels ?? {},
    running: RUNNING_STATES.has(container.State),
  }))
}

/** The states in which inspecting says `Running: true`. */
const RUNNING_STATES = new Set(['running', 'paused', 'restarting'])

/** Links add names such as `/other/alias`; a container's own name has one slash, at its start. */
function ownName(names: readonly string[]): string | undefined {
  return names.map(withoutSlash).find((name) => !name.includes('/'))
}

const Inspection = z.object({
  Id: z.string(),
  Name: z.string(),
  LogPath: z.string().nullish(),
  State: z.object({ Running: z.boolean(), StartedAt: z.string().default('') }),
  Config: z.object({ Labels, Image: z.string().nullish(), Tty: z.boolean().optional() }),
  HostConfig: z.object({ LogConfig: z.object({ Type: z.string() }) }),
})

/** `/containers/{id}/json` */
export function toContainerDetails(json: unknown): ContainerDetails {
  const reply = Inspection.parse(json)
  return {
    id: reply.Id,
    name: withoutSlash(reply.Name),
    labels: reply.Config.Labels ?? {},
    image: reply.Config.Image ?? '',
    running: reply.State.Running,
    tty: reply.Config.Tty ?? false,
    logDriver: reply.HostConfig.LogConfig.Type,
    startedAt: momentOrNull(reply.State.StartedAt),
    logPath: reply.LogPath ?? '',
  }
}

/** Go writes a moment that never was as the first of the year 1. */
function momentOrNull(text: string): string | null {
  return text.startsWith('0001-01-01') ? null : text
}

const Event = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).nullish() }),
})

/** One line of `/events`. The engine mixes labels with its own attributes; of those only the name is told apart. */
export function toContainerEvent(json: unknown): ContainerEvent {
  const { Action, Actor } = Event.parse(json)
  const { name = Actor.ID.slice(0, 12), ...labels } = Actor.Attributes ?? {}
  return { action: Action, id: Actor.ID, name, labels }
}

function withoutSlash(name: string): string {
  return name.replace(/^\//, '')
}
