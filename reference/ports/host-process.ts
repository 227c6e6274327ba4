/** What the collector can see of the process it runs in. `null` where the platform does not tell. */
export interface HostProcess {
  /** What the machine is called. */
  hostName(): string
  /** The id of the container it is in, 64 hexadecimal characters. */
  containerId(): string | null
  openFileDescriptors(): Promise<number | null>
  /** Open descriptors by what they are, such as `file`, `socket` and `pipe`. */
  descriptorsByKind(): Promise<Readonly<Record<string, number>> | null>
  /** What keeps its event loop from ending, by kind, such as `TCPSocketWrap` and `Timeout`. */
  activeResources(): Readonly<Record<string, number>> | null
  /** The soft limit on open descriptors. */
  fileDescriptorLimit(): Promise<number | null>
  /** Resident memory, bytes. */
  residentBytes(): number | null
  /** User and system CPU time since the process started, seconds. */
  cpuSeconds(): number | null
}
