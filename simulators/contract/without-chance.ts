/** A text without what differs from run to run. */
export function withoutChance(text: string): string {
  return REPLACEMENTS.reduce((result, [found, word]) => result.replaceAll(found, word), text)
}

/** Stamps lose trailing zeros in some places, and are in local time in others. */
const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, 'STAMP'],
  [/\b[0-9a-f]{64}\b/g, 'ID'],
  [/\b[0-9a-f]{12}\b/g, 'ID'],
  [/Less than a second|\b\d+ (?:second|minute)s?|About a minute/g, 'AGE'],
]
