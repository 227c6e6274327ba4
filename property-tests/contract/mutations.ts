import { DAEMON_MUTATIONS } from './daemon-mutations.ts'
import { ENGINE_MUTATIONS } from './engine-mutations.ts'
import type { Mutation } from './mutation.ts'

export const MUTATIONS: readonly Mutation[] = [...DAEMON_MUTATIONS, ...ENGINE_MUTATIONS]
