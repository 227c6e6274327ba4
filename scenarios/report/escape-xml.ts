/** Text that can stand in XML, also within quotes. What XML cannot carry, control characters among it, is replaced. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(NOT_XML, '\uFFFD')
    .replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!)
}

// oxlint-disable-next-line no-control-regex -- these are what must not be in it
const NOT_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
