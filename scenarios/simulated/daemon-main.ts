/** The process of a simulated daemon: takes its order as the first message of its parent, and ends when the parent is gone. */
import { once } from 'node:events'
import { SimulatedDaemon } from '../../simulators/index.ts'
import { LISTENING, type DaemonOrder } from './daemon-process.ts'
import { addWorkload } from './add-workload.ts'

const [order]: DaemonOrder[] = await once(process, 'message')
const { socketPath, seed, workloads, labels } = order!
const gone = once(process, 'disconnect')
await using daemon = await SimulatedDaemon.listen({ listen: { socketPath }, seed })
for (const workload of workloads) addWorkload(daemon.engine, workload, labels)
process.send!(LISTENING)
await gone
