import type { ContainerMonitorConfig } from '../config/config.ts'
import { renamed, withFormat, withSinks } from '../dispatch/attributes.ts'
import type { Source } from '../dispatch/block.ts'
import type { ContainerDetails, ContainerSummary, EngineInfo } from '../ports/docker-engine.ts'
import type { Logger } from '../ports/logger.ts'
import { isWanted } from './container-filter.ts'
import { metadataOf } from './container-metadata.ts'
import { labelSettingsOf, NO_LABEL_SETTINGS, type LabelSettings } from './label-settings.ts'
import { refuseLogDriver } from './log-driver.ts'
import { stageSettingsOf } from './stages/stage-settings.ts'
import type { StageSettings } from './stages/stages.ts'

export interface AdmissionOptions {
  readonly config: ContainerMonitorConfig
  readonly logger: Logger
  readonly engineInfo: () => EngineInfo
  readonly knownSources: () => readonly Source[]
  /** What the machine is called. */
  readonly hostName: string
  /** Names of the sinks there are. */
  readonly sinks: () => readonly string[]
  /** The container that the collector is in, if any. */
  readonly ownContainerId: string | null
}

/** A container that is to be followed. */
export interface Admitted {
  readonly source: Source
  /** What is done with its lines before they are records. */
  readonly stages: StageSettings
}

/** Decides which containers are followed, and which sources they are. What keeps one out that nobody may have meant to is logged. */
export class Admission {
  readonly #options: AdmissionOptions
  /** Names of admitted containers of whose labels one is no good, by id. */
  readonly #mislabelled = new Map<string, string>()

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  /** To be called when following begins. */
  announce(): void {
    this.#mislabelled.clear()
    const { config, logger, ownContainerId } = this.#options
    if (ownContainerId !== null && config.filters.excludeSelf)
      logger.info({ id: ownContainerId.slice(0, 12) }, "The collector's own container is not collected")
  }

  /** Names of admitted containers of whose labels one is no setting although it should be. */
  get mislabelled(): readonly string[] {
    return [...this.#mislabelled.values()]
  }

  /** The container is gone. */
  forget(id: string): void {
    this.#mislabelled.delete(id)
  }

  /** Whether the engine is to be asked for a container that it lists. */
  considers(container: ContainerSummary): boolean {
    const settings = this.#settingsOf(container)
    if (this.#isWanted(container, settings)) return true
    this.#reportProblems(container, settings)
    return false
  }

  /**
   * What a container is that is to be followed, or null when it is not.
   * @param renamedTo the name that an event gave it: what is asked may be answered before it is renamed, and come after
   */
  admit(details: ContainerDetails, renamedTo: string | null): Admitted | null {
    const settings = this.#settingsOf(details)
    this.#reportProblems(details, settings)
    if (!this.#isWanted(details, settings)) return null
    const refusal = this.#refusalOf(details)
    if (refusal !== null) {
      this.#options.logger.warn({ container: details.name, logDriver: details.logDriver }, refusal)
      return null
    }
    const { id } = details
    const name = renamedTo ?? details.name
    if (settings.problems.length > 0) this.#mislabelled.set(id, name)
    else this.#mislabelled.delete(id)
    const { attributes, left } = this.#metadataOf(details)
    if (left.length > 0)
      this.#options.logger.warn(
        { container: details.name, left },
        'Some of the metadata of a container is too long',
      )
    return this.#admitted(details, settings, attributes, name)
  }

  /** What `admit` would make of a container that was admitted before, by the settings there are now; nothing is logged. */
  review(details: ContainerDetails, renamedTo: string | null): Admitted | null {
    const settings = this.#settingsOf(details)
    if (!this.#isWanted(details, settings) || this.#refusalOf(details) !== null) return null
    return this.#admitted(details, settings, this.#metadataOf(details).attributes, renamedTo ?? details.name)
  }

  #admitted(
    { id }: ContainerDetails,
    settings: LabelSettings,
    metadata: Source['attributes'],
    name: string,
  ): Admitted {
    const { config, knownSources } = this.#options
    const known = knownSources().find((source) => source.id === id)
    const attributes = { ...metadata, ...withFormat(settings.format), ...withSinks(settings.sinks) }
    const source = renamed({ id, kind: 'container', name: known?.name ?? name, attributes }, name)
    return { source, stages: stageSettingsOf(config, settings) }
  }

  #refusalOf(details: ContainerDetails): string | null {
    const { config, engineInfo } = this.#options
    return refuseLogDriver(details, engineInfo(), config.source)
  }

  #isWanted(container: ContainerSummary, settings: LabelSettings): boolean {
    const { config, ownContainerId } = this.#options
    return isWanted(container, config.filters, settings, ownContainerId)
  }

  #settingsOf({ labels }: ContainerSummary): LabelSettings {
    const { config, sinks } = this.#options
    return config.settingsByLabel ? labelSettingsOf(labels, sinks()) : NO_LABEL_SETTINGS
  }

  #reportProblems({ name }: ContainerSummary, { problems }: LabelSettings): void {
    for (const problem of problems)
      this.#options.logger.warn({ container: name, problem }, 'A label is not a setting')
  }

  #metadataOf(details: ContainerDetails): ReturnType<typeof metadataOf> {
    const { config, hostName } = this.#options
    return metadataOf(details, config.metadata, hostName)
  }
}
