import type { EnginePersonality } from '../engine/personality.ts'
import { ApiError } from './api-error.ts'

/** The refusals whose words, and here and there whose status, changed between releases. */
export interface Refusals {
  /** @param value set when the filter is known and its value is not */
  unknownFilter(name: string, value?: string): ApiError
  /** @param reason what the parser of JSON says */
  unreadableFilters(reason: string): ApiError
  /** Of a container to be created. */
  emptyDescription(): ApiError
  ambiguous(reference: string): ApiError
  notRunning(id: string): ApiError
  killing(reference: string, reason: ApiError): ApiError
  unknownSignal(reference: string, signal: string): ApiError
  unsupportedSignal(reference: string, signal: string): ApiError
  removingRunning(container: { readonly id: string; readonly name: string }): ApiError
  removingPaused(container: { readonly id: string; readonly name: string }): ApiError
}

export function refusalsOf({ words }: EnginePersonality): Refusals {
  return words === '20.10' ? WORDS_OF_20_10 : WORDS_OF_26
}

const WORDS_OF_20_10: Refusals = {
  unknownFilter: (name, value) => new ApiError(400, `Invalid filter '${filter(name, value)}'`),
  unreadableFilters: (reason) => new ApiError(500, reason),
  emptyDescription: () => new ApiError(400, 'Config cannot be empty in order to create a container'),
  ambiguous: (reference) => new ApiError(500, `Multiple IDs found with provided prefix: ${reference}`),
  notRunning: (id) => new ApiError(409, `Container ${id} is not running`),
  killing: (reference, { status, message }) =>
    new ApiError(status, `Cannot kill container: ${reference}: ${message}`),
  unknownSignal: (_, signal) => new ApiError(400, `Invalid signal: ${signal}`),
  unsupportedSignal: (reference, signal) =>
    new ApiError(
      500,
      `Cannot kill container: ${reference}: The linux daemon does not support signal ${signal}`,
    ),
  removingRunning: ({ id }) =>
    new ApiError(
      409,
      `You cannot remove a running container ${id}. Stop the container before attempting removal or force remove`,
    ),
  removingPaused: ({ id }) =>
    new ApiError(
      409,
      `You cannot remove a paused container ${id}. Unpause and then stop the container before attempting removal or force remove`,
    ),
}

const WORDS_OF_26: Refusals = {
  unknownFilter: (name, value) => new ApiError(400, `invalid filter '${filter(name, value)}'`),
  unreadableFilters: () => new ApiError(400, 'invalid filter'),
  emptyDescription: () => new ApiError(400, 'config cannot be empty in order to create a container'),
  ambiguous: (reference) => new ApiError(400, `multiple IDs found with provided prefix: ${reference}`),
  notRunning: (id) => new ApiError(409, `container ${id} is not running`),
  killing: (reference, { status, message }) =>
    new ApiError(status, `cannot kill container: ${reference}: ${message}`),
  unknownSignal: (reference, signal) =>
    new ApiError(400, `cannot kill container: ${reference}: invalid signal: ${signal}`),
  unsupportedSignal: (reference, signal) =>
    new ApiError(
      400,
      `cannot kill container: ${reference}: the linux daemon does not support signal ${signal}`,
    ),
  removingRunning: ({ name }) =>
    new ApiError(
      409,
      `cannot remove container "/${name}": container is running: stop the container before removing or force remove`,
    ),
  removingPaused: ({ name }) =>
    new ApiError(409, `cannot remove container "/${name}": container is paused and must be unpaused first`),
}

function filter(name: string, value: string | undefined): string {
  return value === undefined ? name : `${name}=${value}`
}
