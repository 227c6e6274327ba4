import type { Command } from 'commander'
import { containerCount, type Criterion, type Phase } from './phase.ts'
import { PHASES } from './phases/phases.ts'

/** `watertight phases`: what is put on a collector, for how long, and what it must hold to. */
export function registerPhasesCommand(program: Command): void {
  program
    .command('phases')
    .description('list the phases with load, length and criteria')
    .option('--json', 'print one JSON object')
    .action((options: { json?: true }) => {
      process.stdout.write(options.json === true ? phasesJson(PHASES) : phasesText(PHASES))
    })
}

/** One JSON object, as the command line promises it. */
export function phasesJson(phases: readonly Phase[]): string {
  const list = phases.map((phase) => ({
    name: phase.name,
    requirement: phase.requirement,
    description: phase.description,
    containers: containerCount(phase),
    durationSeconds: phase.durationSeconds,
    criteria: phase.criteria.map(({ id, description, comparator, limit, unit }) => ({
      id,
      description,
      comparator,
      limit,
      unit,
    })),
  }))
  return `${JSON.stringify({ schema: 1, phases: list })}\n`
}

/** The same for people. */
export function phasesText(phases: readonly Phase[]): string {
  return phases
    .map((phase) => [heading(phase), ...phase.criteria.map(criterionText), ''].join('\n'))
    .join('\n')
}

function heading(phase: Phase): string {
  const kinds = Object.entries(phase.load)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`)
  return `${phase.name} (${phase.requirement}): ${phase.description}
  load: ${kinds.join(', ')} on ${phase.slots} slots, ${phase.durationSeconds / 60} minutes`
}

function criterionText({ description, comparator, limit, unit }: Criterion): string {
  return `  - ${description} ${comparator} ${limit} ${unit}`
}
