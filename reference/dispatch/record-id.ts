/** A record, for good: the text that identifies it to whoever keeps it outside. */
export function recordId(source: string, epoch: number, ordinal: number): string {
  return `${source}:${epoch}:${ordinal}`
}

/** What {@link recordId} was given; null when the text is no such id. */
export function parseRecordId(
  text: string,
): { readonly source: string; readonly epoch: number; readonly ordinal: number } | null {
  const [, source, epoch, ordinal] = /^(.+):(\d+):(\d+)$/s.exec(text) ?? []
  return source === undefined ? null : { source, epoch: Number(epoch), ordinal: Number(ordinal) }
}
