import { expect, test } from 'vitest'
import { containerIdIn } from './own-container.ts'

const ID = '0123456789abcdef'.repeat(4)
const OTHER = 'f'.repeat(64)
const ROOT =
  '660 515 0:52 / / rw,relatime master:264 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A'

test.each([
  ['Docker', `/var/lib/docker/containers/${ID}/hostname /etc/hostname rw,relatime - ext4 /dev/sda1 rw`],
  ['Docker on a disk of its own', `/containers/${ID}/hostname /etc/hostname rw - xfs /dev/sdb rw`],
  ['Podman', `/containers/overlay-containers/${ID}/userdata/hostname /etc/hostname rw - tmpfs tmpfs rw`],
])('a container of %s is known by the file with its host name', (_, mount) => {
  const other = `/var/lib/docker/containers/${OTHER}/hostname /other rw - ext4 /dev/sda1 rw`
  expect(containerIdIn(`${ROOT}\n665 660 8:1 ${other}\n666 660 8:1 ${mount}\n`)).toBe(ID)
})

test('on a machine without one there is none, also where it mounts folders of containers', () => {
  expect(
    containerIdIn(`${ROOT}\n666 660 8:1 /var/lib/docker/containers /data rw - ext4 /dev/sda1 rw\n`),
  ).toBeNull()
})
