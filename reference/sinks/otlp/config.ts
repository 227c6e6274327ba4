import type { z } from 'zod'
import { section } from '../../config/section.ts'
import { flag, oneOf } from '../../config/values.ts'
import { ENDPOINT_KEYS, url, withEndpoint } from '../http/endpoint-config.ts'

export const otlpSchema = section({
  enabled: flag.default(false).describe('send lines'),
  url: url.default('http://127.0.0.1:4318/v1/logs').describe('http or https, with the path'),
  encoding: oneOf(['protobuf', 'json']).default('protobuf').describe('how requests are encoded'),
  compression: oneOf(['gzip', 'none']).default('gzip').describe('how requests are compressed'),
  ...ENDPOINT_KEYS,
})
  .transform(withEndpoint)
  .describe('logs by OTLP over HTTP')

export interface OtlpConfig extends Readonly<z.output<typeof otlpSchema>> {}
