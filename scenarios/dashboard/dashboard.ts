import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import { ROWS, type PanelPlan } from './panels.ts'

/** The dashboard of the collector, for Grafana. `npm run docs` writes it to reference/operations/dashboard.json. */
export function dashboard(): Dashboard {
  const builder = new DashboardBuilder('Watertight collector')
    .uid('watertight-collector')
    .tags(['watertight', 'logs'])
    .refresh('1m')
    .time({ from: 'now-6h', to: 'now' })
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('instance')
        .label('Collector')
        .query('label_values(log_capturer_goroutines, instance)')
        .datasource(DATASOURCE)
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true),
    )
  for (const { title, panels } of ROWS) {
    builder.withRow(new RowBuilder(title))
    for (const plan of panels) builder.withPanel(panelOf(plan))
  }
  return builder.build()
}

function panelOf({ title, description, unit, queries, limit }: PanelPlan): PanelBuilder {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .unit(unit)
    .min(0)
    .span(COLUMNS / PER_ROW)
    .height(HEIGHT)
  if (limit !== undefined) panel.thresholds(redAbove(limit))
  for (const { expr, legend } of queries)
    panel.withTarget(new DataqueryBuilder().expr(expr).legendFormat(legend).range())
  return panel
}

function redAbove(limit: number): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    { value: null, color: 'green' },
    { value: limit, color: 'red' },
  ])
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' }
/** Of Grafana's grid. */
const COLUMNS = 24
const PER_ROW = 3
const HEIGHT = 8
