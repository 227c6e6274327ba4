import { z } from 'zod'

/** Keys and nothing but them. Left out or empty it is all defaults. */
export function section<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodPreprocess<z.ZodObject<Shape, z.core.$strict>> {
  const keys = z.strictObject(shape, {
    error: (issue) => (issue.code === 'invalid_type' ? 'a section with keys' : undefined),
  })
  return z.preprocess((value) => value ?? {}, keys)
}
