import type { Patch } from '../defects/defect.ts'
import type * as Schema from '../../reference/config/documents/editor-schema.ts'
import type * as Example from '../../reference/config/documents/example.ts'
import type * as Keys from '../../reference/config/documents/key-description.ts'
import type * as Page from '../../reference/config/documents/reference-page.ts'
import type * as Parsing from '../../reference/config/parse-config.ts'
import type * as Making from '../../reference/sinks/make-sinks.ts'
import type * as Scenarios from '../../simulators/index.ts'

/** Something that is added as ARCHITECTURE.md says under "Where to add". */
export interface Recipe {
  /** As in the first column there. */
  readonly what: string
  /** What adding it changes in files that are there already. */
  readonly patches: readonly Patch[]
  /** Whether the project, with the patches, has it wherever it should be: by name, whether it does. */
  readonly look: (load: Load) => Promise<Readonly<Record<string, boolean>>>
}

/** Imports a module of the project as it is with the patches, by its path from the root. */
export type Load = <Module>(path: string) => Promise<Module>

const fault: Recipe = {
  what: 'a fault',
  patches: [
    {
      file: 'simulators/faults/engine/engine-faults.ts',
      find: '/** New connections are refused; those that stand go on. */',
      replace: `export const hiccup = defineFault({
  name: 'hiccup',
  target: 'engine',
  description: 'The engine hangs for a moment.',
  parameters: { downMs },
  lasts: true,
  inject: ({ engine }: EngineMachine) => engine.hang(),
})

/** New connections are refused; those that stand go on. */`,
    },
  ],
  look: async (load) => {
    const { ALL_FAULTS, ENGINE_FAULTS, faults, parseScenario, scenarioJsonSchema } =
      await load<typeof Scenarios>('simulators/index.ts')
    const { timeline } = parseScenario('timeline: [{at: 1s, do: hiccup, down: 2s}]', 'a.yaml', ENGINE_FAULTS)
    return {
      'its function': 'hiccup' in faults,
      'the list of faults': ALL_FAULTS.some(({ name }) => name === 'hiccup'),
      'scenario files': timeline.length === 1,
      'their JSON Schema': JSON.stringify(scenarioJsonSchema(ENGINE_FAULTS)).includes('"hiccup"'),
    }
  },
}

const sink: Recipe = {
  what: 'a sink',
  patches: [
    {
      file: 'reference/sinks/registry.ts',
      // The folder with its definition would be a file of its own.
      find: "export { stdout } from './stdout/index.ts'",
      replace: `import { stdout } from './stdout/index.ts'
export { stdout }
export const echo = { ...stdout, name: 'echo' }`,
    },
  ],
  look: async (load) => {
    const { readConfig } = await load<typeof Parsing>('reference/config/parse-config.ts')
    const { enabledSinks } = await load<typeof Making>('reference/sinks/make-sinks.ts')
    const { config } = readConfig('sinks: {echo: {enabled: true}}', { file: 'a.yaml', env: {} })
    return {
      'the configuration': 'echo' in config.sinks,
      'the sinks that are made': enabledSinks(config.sinks).some(({ kind }) => kind.name === 'echo'),
    }
  },
}

const phase: Recipe = {
  what: 'a phase',
  patches: [
    {
      file: 'scenarios/phases/phases.ts',
      find: 'export const PHASES: readonly Phase[] = [\n',
      replace: `export const PHASES: readonly Phase[] = [
  {
    name: 'calm',
    requirement: 'D0',
    description: 'One silent container',
    durationSeconds: 60,
    slots: SLOTS,
    load: { chatty: 0, bursty: 0, silent: 1 },
    criteria: [...ALWAYS],
  },
`,
    },
  ],
  look: async (load) => {
    const { PHASES } = await load<{ PHASES: readonly object[] }>('scenarios/phases/phases.ts')
    const { phasesJson, phasesText } = await load<
      Readonly<Record<'phasesJson' | 'phasesText', (phases: readonly object[]) => string>>
    >('scenarios/phases-command.ts')
    return {
      'the list for programs': phasesJson(PHASES).includes('"calm"'),
      'the list for people': phasesText(PHASES).includes('calm (D0)'),
    }
  },
}

const setting: Recipe = {
  what: 'a setting',
  patches: [
    {
      file: 'reference/config/sections/dispatcher.ts',
      find: '  workers: count(1, 64)',
      replace: "  haste: count(1, 9).default(3).describe('how much'),\n  workers: count(1, 64)",
    },
  ],
  look: async (load) => {
    const { parseConfig } = await load<typeof Parsing>('reference/config/parse-config.ts')
    const { describeKeys } = await load<typeof Keys>('reference/config/documents/key-description.ts')
    const { editorSchema } = await load<typeof Schema>('reference/config/documents/editor-schema.ts')
    const { exampleOf } = await load<typeof Example>('reference/config/documents/example.ts')
    const { referencePage } = await load<typeof Page>('reference/config/documents/reference-page.ts')
    const haste = (text: string): unknown =>
      Object.entries(parseConfig(text, { file: 'a.yaml', env: {} }).dispatcher).find(
        ([name]) => name === 'haste',
      )?.[1]
    return {
      'its default': haste('') === 3,
      'the file': haste('dispatcher: {haste: 5}') === 5,
      'the JSON Schema': JSON.stringify(editorSchema()).includes('"haste"'),
      'the example': exampleOf(describeKeys()).includes('haste: 3'),
      'the reference page': referencePage(describeKeys()).includes('haste'),
    }
  },
}

/** The recipes that are tried. */
export const RECIPES: readonly Recipe[] = [fault, sink, phase, setting]
