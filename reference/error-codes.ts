/**
 * Every kind of error that an operator or a program meets, by code, with what it means. A code is never given another meaning. The page docs/errors.md is made
 * of these (`npm run docs`); codes of Node's and of operating systems, such as `ENOENT`, are theirs.
 */

/** `UsageError.code`: what only the person who starts the program can put right. */
export const USAGE_ERRORS = {
  usage: 'The command line asks for something that there is not.',
  config_unreadable: 'The configuration file is not there, cannot be read, or is not YAML.',
  config_invalid: 'A key or a value of the configuration is not allowed, or two contradict each other.',
  environment_invalid: 'An environment variable holds what is not allowed.',
  descriptors_too_few:
    'The process may not have as many files and sockets open as the configuration asks for.',
  state_in_use: 'Another collector runs in the same state_dir.',
  state_unusable: 'state_dir cannot be made or written to.',
  positions_unusable: 'The file of positions is damaged. Starting without it would repeat every line.',
  tls_unusable: 'A file for TLS is not there, or is not what it should be.',
  token_unusable: 'The file with the token of the API is not there, or what it holds is no token.',
  address_unusable: 'An address cannot be listened on: it is in use, or not of this machine, or not allowed.',
} as const

/** `EngineError.code`: the one error of the port to the container engine. */
export const ENGINE_ERRORS = {
  not_found: 'The container does not exist (404).',
  conflict: 'The container is dead or being removed (409).',
  not_supported: 'The log driver cannot be read (501), or the engine cannot do what was asked.',
  unavailable: 'Refused, reset, no such socket, or an answer of 5xx: worth trying again.',
  protocol: 'The answer is not what the API promises.',
  destroyed: 'The stream was given back while it was read.',
} as const

/** `JetStreamError.code`: the one error of the port to NATS JetStream. */
export const JET_STREAM_ERRORS = {
  unavailable: 'No connection, or it ended, or there was no answer. Of a publish: it may be stored.',
  unauthorized: 'The server does not take these credentials, or does not allow what was asked.',
  no_responders: 'No stream takes the subject. Nothing was stored.',
  no_stream: 'There is no such stream.',
  wrong_last_sequence: 'Another message is the last of the subject. Nothing was stored.',
  wrong_stream: 'Another stream takes the subject. Nothing was stored.',
  too_large: 'The message is larger than the server or the stream takes. Nothing was stored.',
  full: 'The stream or its storage is full. Nothing was stored.',
  failed: 'Anything else the server says.',
} as const

/** Label `error_type` of `log_capturer_container_stream_errors_total`. */
export const STREAM_ERRORS = {
  pool_full: 'A container waited longer for a slot than turns of the others explain.',
  open_failed: 'A container could not be described, or its log could not be opened in time.',
  read_failed: 'A stream or a log file broke while it was read.',
  read_timeout: 'A stream was silent although the engine had more for it. Silence alone is not counted.',
  rotation_stuck: 'A stream is open beyond the rotation interval.',
} as const
