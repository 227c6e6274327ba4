/** The version of the builder in Podman 5.4.2. */
export const BUILDAH_VERSION = '1.39.4'
