import { startDaemonAlone } from '../../daemon/daemon.test-helper.ts'
import { demonstrateThroughProxy, type EngineStage } from '../proxied-rig.test-helper.ts'

demonstrateThroughProxy(async (): Promise<EngineStage> => {
  const daemon = await startDaemonAlone()
  const { engine } = daemon
  return {
    address: daemon.address,
    web: engine.addContainer({ name: 'web' }),
    nameOf: (name) => name,
    addContainer: (name) => Promise.resolve(engine.addContainer({ name })),
    exit: () => Promise.resolve(engine.exit('web')),
    pause: () => Promise.resolve(engine.pause('web')),
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  }
})
