import type { Defect } from './defect.ts'

const config = 'reference/config'
const environmentTest = `${config}/environment.test.ts`
const documentsTest = `${config}/documents/documents.test.ts`
const origin = 'The configuration, as its schema and the environment were put together'

/** What the environment says is taken wrongly, and what is secret is told. */
export const CONFIGURATION: readonly Defect[] = [
  {
    id: 'B261',
    origin,
    description:
      'A variable that is not set is taken as an empty text, and a collector runs with half a path',
    patches: [
      {
        file: `${config}/environment.ts`,
        find: 'if (value !== undefined) return value\n',
        replace: "return value ?? ''\n",
      },
    ],
    caughtBy: [{ file: environmentTest, test: 'one that is not set is refused with the line' }],
  },
  {
    id: 'B262',
    origin,
    description:
      'What a variable holds is looked at again, so that a password with a dollar sign is another one',
    patches: [
      {
        file: `${config}/environment.ts`,
        find: 'if (value !== undefined) return value\n',
        replace: 'if (value !== undefined) return textWith(env, value, path)\n',
      },
    ],
    caughtBy: [{ file: environmentTest, test: 'never adds keys, whatever it holds' }],
  },
  {
    id: 'B263',
    origin,
    description: 'A secret that is not allowed is repeated in the error, and so in the journal',
    patches: [
      {
        file: `${config}/checked-yaml.ts`,
        find: "isSecret ? 'what it says' : JSON.stringify(value)",
        replace: 'JSON.stringify(value)',
      },
    ],
    caughtBy: [{ file: environmentTest, test: 'a secret that is refused is not repeated' }],
  },
  {
    id: 'B264',
    origin,
    description: '--print shows passwords, tokens and headers',
    patches: [
      {
        file: `${config}/documents/print-config.ts`,
        find: 'key.secret ? hidden(value) : value',
        replace: 'key.secret && value === undefined ? hidden(value) : value',
      },
    ],
    caughtBy: [{ file: documentsTest, test: 'shows no secret' }],
  },
  {
    id: 'B265',
    origin,
    description: "A file that names its own authority gets the environment's certificate and key beside it",
    patches: [
      {
        file: `${config}/engine-environment.ts`,
        find: 'return named ? { verify: usual.verify, ...keys } : { ...usual, ...keys }',
        replace: 'return { ...(named ? { ...usual } : usual), ...keys }',
      },
    ],
    caughtBy: [
      {
        file: `${config}/parse-config.test.ts`,
        test: 'the file goes before it, and can switch TLS off',
      },
    ],
  },
  {
    id: 'B266',
    origin,
    description: 'An editor demands sections that may be left out',
    patches: [
      {
        file: `${config}/documents/editor-schema.ts`,
        find: '{ properties, required: _, ...rest }',
        replace: '{ properties, ...rest }',
      },
    ],
    caughtBy: [{ file: documentsTest, test: 'what is allowed an editor allows' }],
  },
  {
    id: 'B267',
    origin,
    description:
      'A text from a variable is read as a number where it looks like one, so that tenant 007 is another one',
    patches: [
      {
        file: `${config}/environment.ts`,
        find: 'return text\n    }\n    if (Array',
        replace: 'return /^\\d+$/.test(text) ? Number(text) : text\n    }\n    if (Array',
      },
    ],
    caughtBy: [{ file: environmentTest, test: 'with 007 is read as what the key asks for' }],
  },
]
