import { DIRECTORY_CASES } from './cases/directory-cases.ts'
import { HANDLE_CASES } from './cases/handle-cases.ts'
import { OPEN_CASES } from './cases/open-cases.ts'
import { READ_CASES } from './cases/read-cases.ts'
import { RENAME_CASES } from './cases/rename-cases.ts'
import { STAT_CASES } from './cases/stat-cases.ts'
import { TRUNCATE_CASES } from './cases/truncate-cases.ts'
import { UNLINK_CASES } from './cases/unlink-cases.ts'
import { WRITE_CASES } from './cases/write-cases.ts'
import type { FileSystemCase } from './file-system-case.ts'

/** Everything that simulated and real file systems have in common, behind the `FileSystem` port and on Linux. */
export const FILE_SYSTEM_CONTRACT: readonly FileSystemCase[] = [
  ...OPEN_CASES,
  ...WRITE_CASES,
  ...READ_CASES,
  ...TRUNCATE_CASES,
  ...STAT_CASES,
  ...RENAME_CASES,
  ...UNLINK_CASES,
  ...DIRECTORY_CASES,
  ...HANDLE_CASES,
]
