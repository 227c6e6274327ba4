/** A curve or a few, as Grafana draws them. */
export interface PanelPlan {
  readonly title: string
  /** What it shows and what is normal, for who looks at it at night. */
  readonly description: string
  /** Of Grafana, such as `short` or `bytes`. */
  readonly unit: string
  /** PromQL, with what the legend says. */
  readonly queries: readonly { readonly expr: string; readonly legend: string }[]
  /** Above it the curve is red. */
  readonly limit?: number
}

export interface RowPlan {
  readonly title: string
  readonly panels: readonly PanelPlan[]
}

/** Of the chosen collectors. */
const ON = '{instance=~"$instance"}'
const RATE = '[$__rate_interval]'

/** What an operator looks at, from the question whether all is well to what it costs. */
export const ROWS: readonly RowPlan[] = [
  {
    title: 'Is it well?',
    panels: [
      panel('Health', 'Checks of /health: 1 is passed', 'short', [
        [`log_capturer_health_check${ON}`, '{{check}}'],
      ]),
      panel('Configuration', '1 while the collector runs by the configuration that was read last', 'short', [
        [`log_capturer_config_last_reload_successful${ON}`, '{{instance}}'],
      ]),
      panel('Lines', 'Read, and taken by each sink', 'cps', [
        [`sum(rate(log_capturer_lines_read_total${ON}${RATE}))`, 'read from containers'],
        [`sum(rate(log_capturer_file_lines_read_total${ON}${RATE}))`, 'read from files'],
        [`sum by (sink) (rate(log_capturer_lines_delivered_total${ON}${RATE}))`, 'taken by {{sink}}'],
      ]),
      panel('Lines that are not delivered', 'Normal is 0', 'cps', [
        [`sum by (sink) (rate(log_capturer_lines_retried_total${ON}${RATE}))`, 'written again to {{sink}}'],
        [
          `sum by (sink, reason) (rate(log_capturer_lines_dead_lettered_total${ON}${RATE}))`,
          'dead letters of {{sink}}, {{reason}}',
        ],
        [
          `sum by (sink, reason) (rate(log_capturer_lines_dropped_total${ON}${RATE}))`,
          'dropped for {{sink}}, {{reason}}',
        ],
      ]),
      panel(
        'Gaps',
        'Times that lines may be missing, and containers whose log was not read to its end',
        'short',
        [
          [`sum(increase(log_capturer_container_gaps_total${ON}[5m]))`, 'gaps of containers'],
          [`sum(increase(log_capturer_file_gaps_total${ON}[5m]))`, 'gaps of files'],
          [`sum by (reason) (increase(log_capturer_containers_missed_total${ON}[5m]))`, 'missed, {{reason}}'],
        ],
      ),
    ],
  },
  {
    title: 'Streams and rotation',
    panels: [
      panel('Active streams', 'Open streams, and how many there may be', 'short', [
        [`log_capturer_container_streams_active${ON}`, 'open'],
        [`log_capturer_container_stream_pool_capacity${ON}`, 'allowed'],
      ]),
      panel(
        'Pool utilization',
        'Above 0.9 containers are about to take turns',
        'percentunit',
        [[`log_capturer_container_stream_pool_utilization${ON}`, '{{instance}}']],
        0.9,
      ),
      panel(
        'Rotation rate',
        'For each container 0.0033 a second at least, at an interval of 5 minutes',
        'short',
        [
          [
            `sum by (container_name) (rate(log_capturer_container_stream_rotations_total${ON}[15m]))`,
            '{{container_name}}',
          ],
        ],
      ),
      panel(
        'Time since last rotation',
        'At an interval of 5 minutes never above 300 s',
        's',
        [[`time() - log_capturer_container_last_rotation_timestamp${ON}`, '{{container_name}}']],
        360,
      ),
      panel('Stream age', 'How old streams were when they were rotated', 's', [
        [
          `histogram_quantile(0.5, sum by (le) (rate(log_capturer_container_stream_age_seconds_bucket${ON}[15m])))`,
          'median',
        ],
        [
          `histogram_quantile(0.99, sum by (le) (rate(log_capturer_container_stream_age_seconds_bucket${ON}[15m])))`,
          '99 %',
        ],
      ]),
      panel('Stream errors by type', 'In five minutes. Normal is 0', 'short', [
        [
          `sum by (error_type) (increase(log_capturer_container_stream_errors_total${ON}[5m]))`,
          '{{error_type}}',
        ],
      ]),
      panel('Rotation errors', 'Rotations that are stuck, and closes that nobody acknowledged', 'short', [
        [
          'sum by (container_id) (increase(log_capturer_container_stream_errors_total{instance=~"$instance", error_type="rotation_stuck"}[5m]))',
          'stuck: {{container_id}}',
        ],
        [`sum by (kind) (increase(log_capturer_abandoned_total${ON}[5m]))`, 'abandoned: {{kind}}'],
      ]),
      panel('Containers by source', 'Read over the API or from files', 'short', [
        [`sum by (source) (log_capturer_container_log_source${ON})`, '{{source}}'],
      ]),
    ],
  },
  {
    title: 'Sinks',
    panels: [
      panel('Queue', 'Memory of what is on its way to a sink', 'bytes', [
        [`log_capturer_queue_bytes${ON}`, '{{sink}}'],
      ]),
      panel('Spool', 'What a sink has yet to get, and the disk space of the spool', 'bytes', [
        [`log_capturer_spool_behind_bytes${ON}`, '{{sink}} is behind'],
        [`log_capturer_spool_bytes${ON}`, 'on disk'],
      ]),
      panel('Sink latency', '99 % of batches are acknowledged within', 's', [
        [
          `histogram_quantile(0.99, sum by (le, sink) (rate(log_capturer_sink_latency_seconds_bucket${ON}${RATE})))`,
          '{{sink}}',
        ],
      ]),
      panel('Requests by status', 'Of sinks over HTTP', 'reqps', [
        [`sum by (sink, status) (rate(log_capturer_sink_requests_total${ON}${RATE}))`, '{{sink}} {{status}}'],
      ]),
      panel('Dead letters', 'Lines that are kept', 'short', [[`log_capturer_dead_letters${ON}`, '{{sink}}']]),
      panel('Requests to push lines', 'By what became of them. Normal is taken, and repeated', 'reqps', [
        [`sum by (result) (rate(log_capturer_push_requests_total${ON}${RATE}))`, '{{result}}'],
      ]),
      panel('Age of the saved positions', 'After a kill so much is read again', 's', [
        [`time() - log_capturer_positions_saved_timestamp${ON}`, '{{instance}}'],
      ]),
    ],
  },
  {
    title: 'What it costs',
    panels: [
      panel('Tasks', 'Live tasks by kind', 'short', [
        [`sum by (kind) (log_capturer_tasks${ON})`, '{{kind}}'],
      ]),
      panel(
        'Tasks per container',
        'Three at most: one that follows, a heartbeat, a reader',
        'short',
        [
          [
            'sum by (instance) (log_capturer_tasks{instance=~"$instance", kind=~"container_follow|container_heartbeat|stream_reader"}) / sum by (instance) (log_capturer_tasks{instance=~"$instance", kind="container_follow"})',
            '{{instance}}',
          ],
        ],
        3.01,
      ),
      panel('File descriptors', 'Open, and the limit', 'short', [
        [`log_capturer_open_file_descriptors${ON}`, 'open'],
        [`process_max_fds${ON}`, 'limit'],
        [`log_capturer_docker_connections_active${ON}`, 'connections to the engine'],
        [`log_capturer_local_file_open_files${ON}`, 'files of the file sink'],
      ]),
      panel('Memory', 'Resident', 'bytes', [[`process_resident_memory_bytes${ON}`, '{{instance}}']]),
      panel('CPU', 'Of one core', 'percentunit', [
        [`rate(process_cpu_seconds_total${ON}${RATE})`, '{{instance}}'],
      ]),
      panel('Task failures', 'In five minutes. Normal is 0', 'short', [
        [`sum by (kind) (increase(log_capturer_task_failures_total${ON}[5m]))`, '{{kind}}'],
      ]),
    ],
  },
  {
    title: 'Anomalies, where they are looked for',
    panels: [
      panel('Anomalies', 'Found in an hour, and those that last. GET /api/anomalies says of what', 'short', [
        [`sum by (kind) (increase(log_capturer_anomalies_total${ON}[1h]))`, '{{kind}}'],
        [`sum by (kind) (log_capturer_anomalies_ongoing${ON})`, '{{kind}}, ongoing'],
      ]),
      panel('Lines that are looked at', 'The others are left out for want of what is said', 'cps', [
        [`sum(rate(log_capturer_anomaly_lines_mined_total${ON}${RATE}))`, 'looked at'],
        [
          `sum by (reason) (rate(log_capturer_anomaly_lines_skipped_total${ON}${RATE}))`,
          'left out: {{reason}}',
        ],
      ]),
      panel('Time of the detector', 'Of one core', 'percentunit', [
        [`rate(log_capturer_anomaly_cpu_seconds_total${ON}${RATE})`, '{{instance}}'],
      ]),
      panel('Memory of the detector', 'At most, and sources that are known', 'bytes', [
        [`log_capturer_anomaly_memory_bytes${ON}`, '{{instance}}'],
      ]),
    ],
  },
]

function panel(
  title: string,
  description: string,
  unit: string,
  queries: readonly (readonly [expr: string, legend: string])[],
  limit?: number,
): PanelPlan {
  return {
    title,
    description,
    unit,
    queries: queries.map(([expr, legend]) => ({ expr, legend })),
    ...(limit !== undefined && { limit }),
  }
}
