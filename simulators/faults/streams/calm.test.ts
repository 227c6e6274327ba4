import { demonstrate } from '../fault.test-helper.ts'
import { calm } from './calm.ts'
import { CALM_DEMONSTRATION } from './calm.test-helper.ts'

demonstrate({ calm }, CALM_DEMONSTRATION)
