export type { Checkpoint } from "./checkpoints/checkpoint.js";
export type {
  CheckpointOptions,
  ListCheckpointsOptions,
  RestoreOptions,
} from "./checkpoints/checkpoints.js";
export type { StreamMessage } from "./checkpoints/stream-message.js";
export { SpritesClient } from "./client.js";
export type { SpritesClientOptions } from "./config.js";
export {
  ApiError,
  AuthenticationError,
  CheckpointError,
  ConnectionError,
  ExecutionError,
  type RateLimit,
  RestoreError,
  SpritesError,
  TimeoutError,
} from "./errors.js";
export {
  type ExecResult,
  type RunOptions,
  type SignalName,
  SpriteExec,
  type WaitOptions,
} from "./exec/exec.js";
export type { AttachOptions, ExecOptions } from "./exec/exec-options.js";
export type { OutputChunk, ReadOptions, StreamName } from "./exec/output.js";
export type { StdinSource } from "./exec/stdin-source.js";
export type { PortForward } from "./ports/port-forward.js";
export type { ConnectOptions, ForwardOptions, Ports } from "./ports/ports.js";
export type { Limits } from "./rest/rest.js";
export type { FileInfo } from "./sandbox/file-info.js";
export type {
  Filesystem,
  MakeDirectoryOptions,
  RecursiveOptions,
  RemoveOptions,
  TouchOptions,
  WriteFileOptions,
} from "./sandbox/filesystem.js";
export type { NetworkPolicy, NetworkRule } from "./sandbox/network-policy.js";
export type { ServiceDefinition, ServiceEvent, ServiceInfo, Services } from "./sandbox/services.js";
export type { KillOptions, SessionInfo, Sessions } from "./sandbox/sessions.js";
export type {
  CreateSpriteOptions,
  ListSpritesOptions,
  SpriteInfo,
  SpritePage,
  UpdateSpriteOptions,
} from "./sandbox/sprite-info.js";
export { Sprite } from "./sprite.js";
export type { CreateTokenOptions } from "./token.js";
export { VERSION } from "./version.js";
