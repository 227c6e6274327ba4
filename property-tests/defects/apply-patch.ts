import type { Patch } from './defect.ts'

/**
 * The source with the patch applied.
 * @throws Error when the text to replace is not there exactly once: the patch would do nothing, or something else.
 */
export function applyPatch(source: string, patch: Patch): string {
  const occurrences = source.split(patch.find).length - 1
  if (occurrences !== 1) {
    throw new Error(
      `Cannot patch ${patch.file}: expected the text exactly once, found it ${occurrences} times:\n${patch.find}`,
    )
  }
  return source.replace(patch.find, () => patch.replace)
}
