import type { z } from 'zod'
import { oneOf } from '../../config/values.ts'
import { endpointSection, type EndpointConfig } from '../http/endpoint-config.ts'
import type { OtlpEncoding } from './encode.ts'

export interface OtlpConfig extends EndpointConfig {
  readonly enabled: boolean
  readonly encoding: OtlpEncoding
  readonly compression: 'gzip' | 'none'
}

export const otlpSchema: z.ZodType<OtlpConfig> = endpointSection(
  'http://127.0.0.1:4318/v1/logs',
  {
    encoding: oneOf(['protobuf', 'json']).default('protobuf'),
    compression: oneOf(['gzip', 'none']).default('gzip'),
  },
  (values) => ({ encoding: values.encoding, compression: values.compression }),
)
