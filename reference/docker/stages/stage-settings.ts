import type { ContainerMonitorConfig } from '../../config/config.ts'
import type { LabelSettings } from '../label-settings.ts'
import { lineFilterOf } from './line-filter.ts'
import { multilineRuleOf } from './multiline-rule.ts'
import { rateOf } from './rate-limit.ts'
import type { StageSettings } from './stages.ts'

/** The stages of one container. @param own what its labels say; left out where they say nothing */
export function stageSettingsOf(
  config: Pick<ContainerMonitorConfig, 'filters' | 'multiline' | 'rateLimit'>,
  own?: Pick<LabelSettings, 'multiline' | 'includeLines' | 'excludeLines'>,
): StageSettings {
  const { filters, multiline, rateLimit } = config
  const filter = lineFilterOf({
    includeLines: own?.includeLines ?? filters.includeLines,
    excludeLines: [...filters.excludeLines, ...(own?.excludeLines ?? [])],
  })
  return {
    multiline: multilineRuleOf(multiline, own?.multiline),
    filter,
    rate: rateLimit.whenExceeded === 'drop' ? rateOf(rateLimit) : null,
  }
}
