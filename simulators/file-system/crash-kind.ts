/**
 * What ends a process without asking it.
 * - `kill`: `kill -9`. What had reached the kernel stays; a write under way may have got as far as some page.
 * - `power`: the machine loses power. What was not synced is kept, lost or torn.
 */
export type CrashKind = 'kill' | 'power'
