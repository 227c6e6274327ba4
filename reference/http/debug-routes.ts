import { z } from 'zod'
import type { TaskInfo, TaskRegistry } from '../lifecycle/task-registry.ts'
import type { HostProcess } from '../ports/host-process.ts'
import { json, type ApiRoute } from './api-route.ts'

const task: z.ZodType<TaskInfo> = z.strictObject({
  id: z.int(),
  kind: z.string(),
  name: z.string(),
  scope: z.string(),
  kept: z.boolean(),
  state: z.enum(['running', 'waiting to be run again']),
  ageMs: z.number(),
  failures: z.int(),
  heartbeatMs: z.number().nullable(),
  startedAt: z.string().nullable(),
})

const counts = z.record(z.string(), z.int()).nullable()

const tasksNow = z.array(task)

/** What is held: `resources` keep the process's event loop busy, descriptors are the operating system's. Null where the platform does not tell. */
const handles = z.strictObject({
  resources: counts,
  descriptors: counts,
  descriptorLimit: z.int().nullable(),
  tasks: counts,
})

export interface DebugOptions {
  readonly tasks: Pick<TaskRegistry, 'list' | 'counts'>
  readonly process: HostProcess
}

/** What a leak shows in. */
export function debugRoutes({ tasks, process }: DebugOptions): ApiRoute[] {
  const common = { method: 'GET', access: 'protected' } as const
  return [
    {
      ...common,
      path: '/debug/tasks',
      summary: 'Every live task, oldest first: the counterpart of a goroutine dump',
      replies: { 200: tasksNow },
      handle: () => json(200, tasks.list()),
    },
    {
      ...common,
      path: '/debug/handles',
      summary: 'What the process holds, by kind: resources of its event loop, descriptors, tasks',
      replies: { 200: handles },
      handle: async () => {
        const [descriptors, descriptorLimit] = await Promise.all([
          process.descriptorsByKind(),
          process.fileDescriptorLimit(),
        ])
        return json(200, {
          resources: process.activeResources(),
          descriptors,
          descriptorLimit,
          tasks: Object.fromEntries(tasks.counts()),
        })
      },
    },
  ]
}
