import { currentName, labelsOf } from '../../dispatch/attributes.ts'
import type { Source } from '../../dispatch/block.ts'

/** A value of an attribute: a text, or a list of texts. */
export type AttributeValue = string | readonly string[]

/**
 * What a source is, by OpenTelemetry's semantic conventions (1.4x): `container.id`, `container.name`, `container.image.name`, `container.image.tags`,
 * `container.label.<key>`, `service.name`; `log.file.path` and `log.file.name` of a file; `host.name` of both. Labels of Docker Compose are labels like others. Names are unique.
 * @param host for sources that do not say which host they are of
 */
export function resourceOf(source: Source, host: string): [name: string, value: AttributeValue][] {
  const { kind, attributes } = source
  const resource = kind === 'container' ? ofContainer(source) : ofFile(source)
  resource.set('host.name', attributes['host'] ?? host)
  return [...resource].map(([key, value]) => [key.toWellFormed(), wellFormed(value)])
}

function ofFile({ name }: Source): Map<string, AttributeValue> {
  return new Map([
    ['log.file.path', name],
    ['log.file.name', name.slice(name.lastIndexOf('/') + 1)],
  ])
}

function ofContainer(source: Source): Map<string, AttributeValue> {
  const { id, attributes } = source
  const { image, compose_project: project, compose_service: service } = attributes
  const name = currentName(source)
  const resource = new Map<string, AttributeValue>([
    ['container.id', id],
    ['container.name', name],
    // Without one, everything is of one unknown service.
    ['service.name', service ?? name],
  ])
  if (image !== undefined) {
    const { repository, tag } = imageParts(image)
    resource.set('container.image.name', repository)
    if (tag !== null) resource.set('container.image.tags', [tag])
  }
  if (project !== undefined) resource.set(`${LABEL}com.docker.compose.project`, project)
  if (service !== undefined) resource.set(`${LABEL}com.docker.compose.service`, service)
  for (const [key, value] of labelsOf(source)) resource.set(LABEL + key, value)
  return resource
}

/** `registry:5000/team/app:1.2@sha256:...` is the repository `registry:5000/team/app` with the tag `1.2`. */
function imageParts(image: string): { repository: string; tag: string | null } {
  const named = image.replace(/@sha256:[0-9a-f]+$/, '')
  const [, repository, tag] = /^(.*):([^:/]+)$/.exec(named) ?? []
  return repository === undefined ? { repository: named, tag: null } : { repository, tag: tag! }
}

function wellFormed(value: AttributeValue): AttributeValue {
  return typeof value === 'string' ? value.toWellFormed() : value.map((one) => one.toWellFormed())
}

const LABEL = 'container.label.'
