// What a TypeScript program may use of Node.js without importing types: the globals, and the modules that small
// programs import. Ours, because @types/node (2.6 MB) makes every compilation four times as long. Signatures say less
// than @types/node but nothing that contradicts it: a program that compiles there and uses what is listed here
// compiles here. Modules at the end are there without types.

// --- Globals -------------------------------------------------------------------------------------

interface Console {
  assert(condition?: boolean, ...data: any[]): void;
  clear(): void;
  count(label?: string): void;
  countReset(label?: string): void;
  debug(...data: any[]): void;
  dir(item?: any, options?: any): void;
  error(...data: any[]): void;
  group(...data: any[]): void;
  groupCollapsed(...data: any[]): void;
  groupEnd(): void;
  info(...data: any[]): void;
  log(...data: any[]): void;
  table(data?: any, properties?: readonly string[]): void;
  time(label?: string): void;
  timeEnd(label?: string): void;
  timeLog(label?: string, ...data: any[]): void;
  trace(...data: any[]): void;
  warn(...data: any[]): void;
}
declare var console: Console;

type BufferEncoding =
  | "ascii" | "utf8" | "utf-8" | "utf16le" | "utf-16le" | "ucs2" | "ucs-2" | "base64" | "base64url" | "latin1" | "binary" | "hex";

interface Buffer extends Uint8Array<ArrayBuffer> {
  toString(encoding?: BufferEncoding, start?: number, end?: number): string;
  toJSON(): { type: "Buffer"; data: number[] };
  write(text: string, encoding?: BufferEncoding): number;
  write(text: string, offset: number, encoding?: BufferEncoding): number;
  write(text: string, offset: number, length: number, encoding?: BufferEncoding): number;
  equals(other: Uint8Array): boolean;
  compare(other: Uint8Array): -1 | 0 | 1;
  copy(target: Uint8Array, targetStart?: number, sourceStart?: number, sourceEnd?: number): number;
  slice(start?: number, end?: number): Buffer;
  subarray(start?: number, end?: number): Buffer;
  fill(value: string | Uint8Array | number, offset?: number, end?: number, encoding?: BufferEncoding): this;
  indexOf(value: string | number | Uint8Array, from?: number, encoding?: BufferEncoding): number;
  lastIndexOf(value: string | number | Uint8Array, from?: number, encoding?: BufferEncoding): number;
  includes(value: string | number | Uint8Array, from?: number, encoding?: BufferEncoding): boolean;
  swap16(): this;
  swap32(): this;
  swap64(): this;
  readUInt8(offset?: number): number;
  readInt8(offset?: number): number;
  readUInt16LE(offset?: number): number;
  readUInt16BE(offset?: number): number;
  readInt16LE(offset?: number): number;
  readInt16BE(offset?: number): number;
  readUInt32LE(offset?: number): number;
  readUInt32BE(offset?: number): number;
  readInt32LE(offset?: number): number;
  readInt32BE(offset?: number): number;
  readBigUInt64LE(offset?: number): bigint;
  readBigUInt64BE(offset?: number): bigint;
  readBigInt64LE(offset?: number): bigint;
  readBigInt64BE(offset?: number): bigint;
  readFloatLE(offset?: number): number;
  readFloatBE(offset?: number): number;
  readDoubleLE(offset?: number): number;
  readDoubleBE(offset?: number): number;
  writeUInt8(value: number, offset?: number): number;
  writeInt8(value: number, offset?: number): number;
  writeUInt16LE(value: number, offset?: number): number;
  writeUInt16BE(value: number, offset?: number): number;
  writeInt16LE(value: number, offset?: number): number;
  writeInt16BE(value: number, offset?: number): number;
  writeUInt32LE(value: number, offset?: number): number;
  writeUInt32BE(value: number, offset?: number): number;
  writeInt32LE(value: number, offset?: number): number;
  writeInt32BE(value: number, offset?: number): number;
  writeBigUInt64LE(value: bigint, offset?: number): number;
  writeBigUInt64BE(value: bigint, offset?: number): number;
  writeBigInt64LE(value: bigint, offset?: number): number;
  writeBigInt64BE(value: bigint, offset?: number): number;
  writeFloatLE(value: number, offset?: number): number;
  writeFloatBE(value: number, offset?: number): number;
  writeDoubleLE(value: number, offset?: number): number;
  writeDoubleBE(value: number, offset?: number): number;
}
interface BufferConstructor {
  from(text: string, encoding?: BufferEncoding): Buffer;
  from(data: readonly number[] | ArrayLike<number> | ArrayBufferLike, offset?: number, length?: number): Buffer;
  alloc(size: number, fill?: string | Uint8Array | number, encoding?: BufferEncoding): Buffer;
  allocUnsafe(size: number): Buffer;
  concat(list: readonly Uint8Array[], totalLength?: number): Buffer;
  compare(a: Uint8Array, b: Uint8Array): -1 | 0 | 1;
  byteLength(text: string | ArrayBufferView | ArrayBufferLike, encoding?: BufferEncoding): number;
  isBuffer(value: any): value is Buffer;
  isEncoding(name: string): name is BufferEncoding;
}
declare var Buffer: BufferConstructor;

declare namespace NodeJS {
  type Platform = "aix" | "android" | "darwin" | "freebsd" | "linux" | "openbsd" | "sunos" | "win32";
  interface ErrnoException extends Error {
    errno?: number;
    code?: string;
    path?: string;
    syscall?: string;
  }
  interface Timer {
    ref(): this;
    unref(): this;
    hasRef(): boolean;
    [Symbol.toPrimitive](): number;
  }
  interface Timeout extends Timer {
    refresh(): this;
    close(): this;
  }
  interface Immediate {
    ref(): this;
    unref(): this;
    hasRef(): boolean;
  }
  interface MemoryUsage {
    rss: number;
    heapTotal: number;
    heapUsed: number;
    external: number;
    arrayBuffers: number;
  }
  interface EventEmitter {
    on(event: string | symbol, listener: (...args: any[]) => void): this;
    once(event: string | symbol, listener: (...args: any[]) => void): this;
    off(event: string | symbol, listener: (...args: any[]) => void): this;
    addListener(event: string | symbol, listener: (...args: any[]) => void): this;
    removeListener(event: string | symbol, listener: (...args: any[]) => void): this;
    removeAllListeners(event?: string | symbol): this;
    prependListener(event: string | symbol, listener: (...args: any[]) => void): this;
    emit(event: string | symbol, ...args: any[]): boolean;
    listenerCount(event: string | symbol): number;
    listeners(event: string | symbol): Function[];
    eventNames(): (string | symbol)[];
    setMaxListeners(n: number): this;
    getMaxListeners(): number;
  }
  interface ReadableStream extends EventEmitter, AsyncIterable<any> {
    readable: boolean;
    read(size?: number): any;
    setEncoding(encoding: BufferEncoding): this;
    pause(): this;
    resume(): this;
    isPaused(): boolean;
    pipe<T extends WritableStream>(destination: T, options?: { end?: boolean }): T;
    unpipe(destination?: WritableStream): this;
    destroy(error?: Error): this;
    on(event: "data", listener: (chunk: any) => void): this;
    on(event: "end" | "close" | "readable", listener: () => void): this;
    on(event: "error", listener: (error: Error) => void): this;
    on(event: string | symbol, listener: (...args: any[]) => void): this;
  }
  interface WritableStream extends EventEmitter {
    writable: boolean;
    write(chunk: string | Uint8Array, done?: (error?: Error | null) => void): boolean;
    write(chunk: string | Uint8Array, encoding?: BufferEncoding, done?: (error?: Error | null) => void): boolean;
    end(done?: () => void): this;
    end(chunk: string | Uint8Array, done?: () => void): this;
    end(chunk: string | Uint8Array, encoding?: BufferEncoding, done?: () => void): this;
    destroy(error?: Error): this;
    cork(): void;
    uncork(): void;
  }
  interface ReadStream extends ReadableStream {
    fd: 0;
    isTTY?: boolean;
    setRawMode?(mode: boolean): this;
    unref(): this;
    ref(): this;
  }
  interface WriteStream extends WritableStream {
    fd: 1 | 2;
    isTTY?: boolean;
    columns?: number;
    rows?: number;
  }
  interface ProcessEnv {
    [name: string]: string | undefined;
  }
  interface Process extends EventEmitter {
    stdin: ReadStream;
    stdout: WriteStream;
    stderr: WriteStream;
    argv: string[];
    argv0: string;
    execArgv: string[];
    execPath: string;
    env: ProcessEnv;
    pid: number;
    ppid: number;
    title: string;
    arch: string;
    platform: Platform;
    version: string;
    versions: { node: string; v8: string; [name: string]: string | undefined };
    exitCode?: number | string | null;
    exit(code?: number | string | null): never;
    abort(): never;
    cwd(): string;
    chdir(directory: string): void;
    kill(pid: number, signal?: string | number): true;
    uptime(): number;
    hrtime: { (time?: [number, number]): [number, number]; bigint(): bigint };
    memoryUsage: { (): MemoryUsage; rss(): number };
    cpuUsage(previous?: { user: number; system: number }): { user: number; system: number };
    nextTick(callback: (...args: any[]) => void, ...args: any[]): void;
    emitWarning(warning: string | Error, options?: any): void;
    getuid(): number;
    getgid(): number;
    umask(mask?: number): number;
    on(event: "exit" | "beforeExit", listener: (code: number) => void): this;
    on(event: "uncaughtException", listener: (error: Error, origin: string) => void): this;
    on(event: "unhandledRejection", listener: (reason: unknown, promise: Promise<unknown>) => void): this;
    on(event: string | symbol, listener: (...args: any[]) => void): this;
  }
  interface Module {
    exports: any;
    id: string;
    filename: string;
    loaded: boolean;
    children: Module[];
    require(id: string): any;
  }
  interface Require {
    (id: string): any;
    resolve(id: string): string;
    cache: { [path: string]: Module | undefined };
    main: Module | undefined;
  }
}
declare var process: NodeJS.Process;
declare var global: typeof globalThis;
declare var require: NodeJS.Require;
declare var module: NodeJS.Module;
declare var exports: any;
declare var __filename: string;
declare var __dirname: string;

declare function setTimeout<A extends any[]>(callback: (...args: A) => void, ms?: number, ...args: A): NodeJS.Timeout;
declare function setTimeout(callback: (_: void) => void, ms?: number): NodeJS.Timeout;
declare function setInterval<A extends any[]>(callback: (...args: A) => void, ms?: number, ...args: A): NodeJS.Timeout;
declare function setImmediate<A extends any[]>(callback: (...args: A) => void, ...args: A): NodeJS.Immediate;
declare function setImmediate(callback: (_: void) => void): NodeJS.Immediate;
declare function clearTimeout(timer: NodeJS.Timeout | number | string | undefined): void;
declare function clearInterval(timer: NodeJS.Timeout | number | string | undefined): void;
declare function clearImmediate(timer: NodeJS.Immediate | undefined): void;
declare function queueMicrotask(callback: () => void): void;
declare function structuredClone<T>(value: T, options?: { transfer?: readonly any[] }): T;
declare function atob(data: string): string;
declare function btoa(data: string): string;

interface ImportMeta {
  url: string;
  filename: string;
  dirname: string;
  resolve(specifier: string): string;
}

interface TextEncoder {
  readonly encoding: string;
  encode(text?: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, target: Uint8Array): { read: number; written: number };
}
declare var TextEncoder: { new (): TextEncoder };
interface TextDecoder {
  readonly encoding: string;
  decode(data?: ArrayBufferView | ArrayBufferLike, options?: { stream?: boolean }): string;
}
declare var TextDecoder: { new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder };

interface Event {
  readonly type: string;
  readonly target: EventTarget | null;
  readonly defaultPrevented: boolean;
  preventDefault(): void;
}
declare var Event: { new (type: string, options?: { cancelable?: boolean }): Event };
interface EventTarget {
  addEventListener(type: string, listener: ((event: Event) => void) | null, options?: any): void;
  removeEventListener(type: string, listener: ((event: Event) => void) | null, options?: any): void;
  dispatchEvent(event: Event): boolean;
}
declare var EventTarget: { new (): EventTarget };
interface AbortSignal extends EventTarget {
  readonly aborted: boolean;
  readonly reason: any;
  throwIfAborted(): void;
}
declare var AbortSignal: {
  new (): AbortSignal;
  abort(reason?: any): AbortSignal;
  timeout(ms: number): AbortSignal;
  any(signals: readonly AbortSignal[]): AbortSignal;
};
interface AbortController {
  readonly signal: AbortSignal;
  abort(reason?: any): void;
}
declare var AbortController: { new (): AbortController };

interface URLSearchParams extends Iterable<[string, string]> {
  readonly size: number;
  append(name: string, value: string): void;
  delete(name: string, value?: string): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string, value?: string): boolean;
  set(name: string, value: string): void;
  sort(): void;
  forEach(callback: (value: string, name: string, all: URLSearchParams) => void): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  toString(): string;
}
declare var URLSearchParams: {
  new (init?: string | Record<string, string> | Iterable<readonly [string, string]> | URLSearchParams): URLSearchParams;
};
interface URL {
  hash: string;
  host: string;
  hostname: string;
  href: string;
  readonly origin: string;
  password: string;
  pathname: string;
  port: string;
  protocol: string;
  search: string;
  readonly searchParams: URLSearchParams;
  username: string;
  toString(): string;
  toJSON(): string;
}
declare var URL: { new (url: string | URL, base?: string | URL): URL; canParse(url: string, base?: string): boolean };

interface Performance {
  now(): number;
  readonly timeOrigin: number;
  mark(name: string, options?: any): any;
  measure(name: string, start?: any, end?: string): any;
}
declare var performance: Performance;

interface Crypto {
  randomUUID(): `${string}-${string}-${string}-${string}-${string}`;
  getRandomValues<T extends ArrayBufferView>(array: T): T;
  readonly subtle: any;
}
declare var crypto: Crypto;

declare namespace WebAssembly {
  class Module {
    constructor(bytes: ArrayBufferView | ArrayBuffer);
  }
  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, any>>);
    readonly exports: Record<string, any>;
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
    grow(delta: number): number;
  }
  function compile(bytes: ArrayBufferView | ArrayBuffer): Promise<Module>;
  function instantiate(bytes: ArrayBufferView | ArrayBuffer, imports?: any): Promise<{ module: Module; instance: Instance }>;
  function validate(bytes: ArrayBufferView | ArrayBuffer): boolean;
}

// --- Modules -------------------------------------------------------------------------------------

declare module "fs" {
  type PathLike = string | Buffer | URL;
  type PathOrDescriptor = PathLike | number;
  type Options = BufferEncoding | { encoding?: BufferEncoding | null; flag?: string; mode?: number } | null;
  interface Stats {
    size: number;
    mode: number;
    uid: number;
    gid: number;
    ino: number;
    nlink: number;
    atimeMs: number;
    mtimeMs: number;
    ctimeMs: number;
    birthtimeMs: number;
    atime: Date;
    mtime: Date;
    ctime: Date;
    birthtime: Date;
    isFile(): boolean;
    isDirectory(): boolean;
    isSymbolicLink(): boolean;
    isFIFO(): boolean;
    isSocket(): boolean;
    isBlockDevice(): boolean;
    isCharacterDevice(): boolean;
  }
  interface Dirent {
    name: string;
    parentPath: string;
    isFile(): boolean;
    isDirectory(): boolean;
    isSymbolicLink(): boolean;
  }
  interface ReadStream extends NodeJS.ReadableStream {
    close(): void;
    readonly bytesRead: number;
  }
  interface WriteStream extends NodeJS.WritableStream {
    close(): void;
    readonly bytesWritten: number;
  }
  type Data = string | NodeJS.TypedArrayLike;
  type Callback = (error: NodeJS.ErrnoException | null) => void;
  type Result<T> = (error: NodeJS.ErrnoException | null, value: T) => void;

  function readFileSync(path: PathOrDescriptor, options: BufferEncoding | { encoding: BufferEncoding; flag?: string }): string;
  function readFileSync(path: PathOrDescriptor, options?: { encoding?: null; flag?: string } | null): Buffer;
  function writeFileSync(path: PathOrDescriptor, data: Data, options?: Options): void;
  function appendFileSync(path: PathOrDescriptor, data: Data, options?: Options): void;
  function existsSync(path: PathLike): boolean;
  function accessSync(path: PathLike, mode?: number): void;
  function statSync(path: PathLike): Stats;
  function lstatSync(path: PathLike): Stats;
  function fstatSync(fd: number): Stats;
  function readdirSync(path: PathLike, options?: BufferEncoding | { encoding?: BufferEncoding; withFileTypes?: false; recursive?: boolean }): string[];
  function readdirSync(path: PathLike, options: { withFileTypes: true; recursive?: boolean }): Dirent[];
  function mkdirSync(path: PathLike, options?: number | { recursive?: boolean; mode?: number }): string | undefined;
  function mkdtempSync(prefix: string): string;
  function rmSync(path: PathLike, options?: { recursive?: boolean; force?: boolean }): void;
  function rmdirSync(path: PathLike): void;
  function unlinkSync(path: PathLike): void;
  function renameSync(from: PathLike, to: PathLike): void;
  function copyFileSync(from: PathLike, to: PathLike, mode?: number): void;
  function symlinkSync(target: PathLike, path: PathLike): void;
  function linkSync(from: PathLike, to: PathLike): void;
  function readlinkSync(path: PathLike): string;
  function realpathSync(path: PathLike): string;
  function chmodSync(path: PathLike, mode: number | string): void;
  function truncateSync(path: PathLike, length?: number): void;
  function utimesSync(path: PathLike, atime: number | Date, mtime: number | Date): void;
  function openSync(path: PathLike, flags?: string | number, mode?: number): number;
  function closeSync(fd: number): void;
  function readSync(fd: number, buffer: ArrayBufferView, offset?: number, length?: number, position?: number | bigint | null): number;
  function readSync(fd: number, buffer: ArrayBufferView, options?: { offset?: number; length?: number; position?: number | null }): number;
  function writeSync(fd: number, data: string, position?: number | null, encoding?: BufferEncoding): number;
  function writeSync(fd: number, data: ArrayBufferView, offset?: number | null, length?: number | null, position?: number | null): number;
  function fsyncSync(fd: number): void;
  function readFile(path: PathOrDescriptor, options: BufferEncoding | { encoding: BufferEncoding }, done: Result<string>): void;
  function readFile(path: PathOrDescriptor, done: Result<Buffer>): void;
  function writeFile(path: PathOrDescriptor, data: Data, done: Callback): void;
  function writeFile(path: PathOrDescriptor, data: Data, options: Options, done: Callback): void;
  function appendFile(path: PathOrDescriptor, data: Data, done: Callback): void;
  function readdir(path: PathLike, done: Result<string[]>): void;
  function stat(path: PathLike, done: Result<Stats>): void;
  function mkdir(path: PathLike, done: Callback): void;
  function unlink(path: PathLike, done: Callback): void;
  function createReadStream(path: PathLike, options?: BufferEncoding | { encoding?: BufferEncoding; fd?: number; start?: number; end?: number; highWaterMark?: number }): ReadStream;
  function createWriteStream(path: PathLike, options?: BufferEncoding | { encoding?: BufferEncoding; fd?: number; flags?: string }): WriteStream;
  const constants: { F_OK: number; R_OK: number; W_OK: number; X_OK: number; [name: string]: number };
  namespace promises {
    function readFile(path: PathLike, options: BufferEncoding | { encoding: BufferEncoding }): Promise<string>;
    function readFile(path: PathLike): Promise<Buffer>;
    function writeFile(path: PathLike, data: Data, options?: Options): Promise<void>;
    function appendFile(path: PathLike, data: Data, options?: Options): Promise<void>;
    function readdir(path: PathLike): Promise<string[]>;
    function readdir(path: PathLike, options: { withFileTypes: true; recursive?: boolean }): Promise<Dirent[]>;
    function stat(path: PathLike): Promise<Stats>;
    function access(path: PathLike, mode?: number): Promise<void>;
    function mkdir(path: PathLike, options?: { recursive?: boolean; mode?: number }): Promise<string | undefined>;
    function mkdtemp(prefix: string): Promise<string>;
    function rm(path: PathLike, options?: { recursive?: boolean; force?: boolean }): Promise<void>;
    function unlink(path: PathLike): Promise<void>;
    function rename(from: PathLike, to: PathLike): Promise<void>;
    function copyFile(from: PathLike, to: PathLike): Promise<void>;
    function open(path: PathLike, flags?: string | number, mode?: number): Promise<any>;
  }
}
declare namespace NodeJS {
  type TypedArrayLike = ArrayBufferView;
}
declare module "fs/promises" {
  import { promises } from "fs";
  export = promises;
}

declare module "events" {
  interface EventEmitter extends NodeJS.EventEmitter {}
  class EventEmitter {
    constructor(options?: { captureRejections?: boolean });
    static once(emitter: NodeJS.EventEmitter | EventTarget, event: string | symbol, options?: any): Promise<any[]>;
    static on(emitter: NodeJS.EventEmitter, event: string | symbol, options?: any): AsyncIterableIterator<any[]>;
    static defaultMaxListeners: number;
    static EventEmitter: typeof EventEmitter;
  }
  export = EventEmitter;
}

declare module "stream" {
  import EventEmitter = require("events");
  type Done = (error?: Error | null) => void;
  class Stream extends EventEmitter {}
  namespace Stream {
    interface Readable extends NodeJS.ReadableStream {
      on(event: string | symbol, listener: (...args: any[]) => void): this;
    }
    class Readable extends EventEmitter {
      constructor(options?: { objectMode?: boolean; highWaterMark?: number; encoding?: BufferEncoding; read?(this: Readable, size: number): void });
      static from(source: Iterable<any> | AsyncIterable<any>, options?: any): Readable;
      push(chunk: any, encoding?: BufferEncoding): boolean;
      _read(size: number): void;
      [Symbol.asyncIterator](): AsyncIterator<any>;
    }
    interface Writable extends NodeJS.WritableStream {}
    class Writable extends EventEmitter {
      constructor(options?: { objectMode?: boolean; highWaterMark?: number; write?(this: Writable, chunk: any, encoding: BufferEncoding, done: Done): void; final?(this: Writable, done: Done): void });
      _write(chunk: any, encoding: BufferEncoding, done: Done): void;
      _final(done: Done): void;
    }
    interface Duplex extends NodeJS.WritableStream {}
    class Duplex extends Readable {
      constructor(options?: any);
    }
    class Transform extends Duplex {
      constructor(options?: { objectMode?: boolean; transform?(this: Transform, chunk: any, encoding: BufferEncoding, done: (error?: Error | null, data?: any) => void): void; flush?(this: Transform, done: (error?: Error | null, data?: any) => void): void; [option: string]: any });
      _transform(chunk: any, encoding: BufferEncoding, done: (error?: Error | null, data?: any) => void): void;
    }
    class PassThrough extends Transform {}
    function pipeline(...streams: any[]): any;
    function finished(stream: any, done: Done): () => void;
  }
  export = Stream;
}
declare module "stream/promises" {
  function pipeline(...streams: any[]): Promise<void>;
  function finished(stream: any, options?: any): Promise<void>;
}

declare module "readline" {
  interface Options {
    input: NodeJS.ReadableStream;
    output?: NodeJS.WritableStream;
    terminal?: boolean;
    crlfDelay?: number;
    prompt?: string;
    historySize?: number;
    signal?: AbortSignal;
  }
  class Interface {
    readonly line: string;
    close(): void;
    pause(): this;
    resume(): this;
    prompt(preserveCursor?: boolean): void;
    setPrompt(prompt: string): void;
    getPrompt(): string;
    question(query: string, answer: (answer: string) => void): void;
    question(query: string, options: { signal?: AbortSignal }, answer: (answer: string) => void): void;
    write(data: string | Buffer | undefined | null, key?: any): void;
    on(event: "line", listener: (line: string) => void): this;
    on(event: string, listener: (...args: any[]) => void): this;
    once(event: "line", listener: (line: string) => void): this;
    once(event: string, listener: (...args: any[]) => void): this;
    off(event: string, listener: (...args: any[]) => void): this;
    removeListener(event: string, listener: (...args: any[]) => void): this;
    removeAllListeners(event?: string): this;
    [Symbol.asyncIterator](): AsyncIterableIterator<string>;
  }
  type ReadLine = Interface;
  type ReadLineOptions = Options;
  function createInterface(input: NodeJS.ReadableStream, output?: NodeJS.WritableStream): Interface;
  function createInterface(options: Options): Interface;
  function clearLine(stream: NodeJS.WritableStream, direction: -1 | 0 | 1): boolean;
  function cursorTo(stream: NodeJS.WritableStream, x: number, y?: number): boolean;
  export import promises = require("readline/promises");
}
declare module "readline/promises" {
  import { Interface as Callbacks, Options } from "readline";
  type Interface = Omit<Callbacks, "question"> & {
    question(query: string, options?: { signal?: AbortSignal }): Promise<string>;
    [Symbol.asyncIterator](): AsyncIterableIterator<string>;
  };
  function createInterface(input: NodeJS.ReadableStream, output?: NodeJS.WritableStream): Interface;
  function createInterface(options: Options): Interface;
}

declare module "path" {
  interface ParsedPath {
    root: string;
    dir: string;
    base: string;
    ext: string;
    name: string;
  }
  interface Path {
    join(...parts: string[]): string;
    resolve(...parts: string[]): string;
    normalize(path: string): string;
    relative(from: string, to: string): string;
    isAbsolute(path: string): boolean;
    dirname(path: string): string;
    basename(path: string, suffix?: string): string;
    extname(path: string): string;
    parse(path: string): ParsedPath;
    format(path: Partial<ParsedPath>): string;
    readonly sep: "/" | "\\";
    readonly delimiter: ":" | ";";
    readonly posix: Path;
    readonly win32: Path;
  }
  const path: Path;
  export = path;
}

declare module "os" {
  const EOL: string;
  function arch(): string;
  function availableParallelism(): number;
  function cpus(): { model: string; speed: number; times: { user: number; nice: number; sys: number; idle: number; irq: number } }[];
  function freemem(): number;
  function totalmem(): number;
  function homedir(): string;
  function hostname(): string;
  function loadavg(): number[];
  function platform(): NodeJS.Platform;
  function release(): string;
  function tmpdir(): string;
  function type(): string;
  function uptime(): number;
  function userInfo(): { username: string; uid: number; gid: number; shell: string | null; homedir: string };
  const constants: any;
}

declare module "util" {
  interface InspectOptions {
    depth?: number | null;
    colors?: boolean;
    compact?: boolean | number;
    showHidden?: boolean;
    breakLength?: number;
    maxArrayLength?: number | null;
    sorted?: boolean | ((a: string, b: string) => number);
  }
  const inspect: { (value: any, options?: InspectOptions): string; (value: any, hidden?: boolean, depth?: number | null, color?: boolean): string; readonly custom: unique symbol; defaultOptions: InspectOptions };
  function format(format?: any, ...values: any[]): string;
  const promisify: {
    <T>(f: (done: (error: any, value: T) => void) => void): () => Promise<T>;
    <A, T>(f: (a: A, done: (error: any, value: T) => void) => void): (a: A) => Promise<T>;
    <A, B, T>(f: (a: A, b: B, done: (error: any, value: T) => void) => void): (a: A, b: B) => Promise<T>;
    (f: Function): (...args: any[]) => Promise<any>;
    readonly custom: unique symbol;
  };
  function callbackify(f: (...args: any[]) => Promise<any>): (...args: any[]) => void;
  function deprecate<T extends Function>(f: T, message: string, code?: string): T;
  function inherits(child: any, parent: any): void;
  function isDeepStrictEqual(a: unknown, b: unknown): boolean;
  function stripVTControlCharacters(text: string): string;
  function styleText(style: string | string[], text: string): string;
  function parseArgs(config?: any): { values: any; positionals: string[]; tokens?: any[] };
  const types: any;
  const TextEncoder: { new (): TextEncoder };
  const TextDecoder: { new (label?: string): TextDecoder };
}

declare module "assert" {
  function assert(value: unknown, message?: string | Error): asserts value;
  namespace assert {
    class AssertionError extends Error {
      constructor(options?: { message?: string; actual?: unknown; expected?: unknown; operator?: string });
      actual: unknown;
      expected: unknown;
      operator: string;
      code: "ERR_ASSERTION";
    }
    function ok(value: unknown, message?: string | Error): asserts value;
    function fail(message?: string | Error): never;
    function equal(actual: unknown, expected: unknown, message?: string | Error): void;
    function notEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    function strictEqual<T>(actual: unknown, expected: T, message?: string | Error): asserts actual is T;
    function notStrictEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    function deepEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    function notDeepEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    function deepStrictEqual<T>(actual: unknown, expected: T, message?: string | Error): asserts actual is T;
    function notDeepStrictEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    function throws(f: () => unknown, error?: any, message?: string | Error): void;
    function doesNotThrow(f: () => unknown, message?: string | Error): void;
    function rejects(f: (() => Promise<unknown>) | Promise<unknown>, error?: any, message?: string | Error): Promise<void>;
    function doesNotReject(f: (() => Promise<unknown>) | Promise<unknown>, message?: string | Error): Promise<void>;
    function match(text: string, pattern: RegExp, message?: string | Error): void;
    function doesNotMatch(text: string, pattern: RegExp, message?: string | Error): void;
    function ifError(value: unknown): asserts value is null | undefined;
    const strict: typeof assert;
  }
  export = assert;
}
declare module "assert/strict" {
  import assert = require("assert");
  export = assert;
}

declare module "timers" {
  const setTimeout: typeof globalThis.setTimeout;
  const setInterval: typeof globalThis.setInterval;
  const setImmediate: typeof globalThis.setImmediate;
  const clearTimeout: typeof globalThis.clearTimeout;
  const clearInterval: typeof globalThis.clearInterval;
  const clearImmediate: typeof globalThis.clearImmediate;
}
declare module "timers/promises" {
  interface Options {
    ref?: boolean;
    signal?: AbortSignal;
  }
  function setTimeout<T = void>(ms?: number, value?: T, options?: Options): Promise<T>;
  function setImmediate<T = void>(value?: T, options?: Options): Promise<T>;
  function setInterval<T = void>(ms?: number, value?: T, options?: Options): AsyncIterableIterator<T>;
  const scheduler: { wait(ms: number, options?: Options): Promise<void>; yield(): Promise<void> };
}

declare module "buffer" {
  const Buffer: BufferConstructor;
  type Buffer = globalThis.Buffer;
  const constants: { MAX_LENGTH: number; MAX_STRING_LENGTH: number };
  const kMaxLength: number;
}

declare module "process" {
  export = process;
}

declare module "perf_hooks" {
  const performance: Performance & { timerify<F extends Function>(f: F): F; eventLoopUtilization(): any };
  class PerformanceObserver {
    constructor(callback: (list: any, observer: PerformanceObserver) => void);
    observe(options: any): void;
    disconnect(): void;
  }
  function monitorEventLoopDelay(options?: { resolution?: number }): any;
}

declare module "url" {
  const URL: { new (url: string | URL, base?: string | URL): URL; canParse(url: string, base?: string): boolean };
  type URL = globalThis.URL;
  const URLSearchParams: typeof globalThis.URLSearchParams;
  type URLSearchParams = globalThis.URLSearchParams;
  function fileURLToPath(url: string | URL): string;
  function pathToFileURL(path: string): URL;
  function parse(url: string, query?: boolean): any;
  function format(url: any, options?: any): string;
}

declare module "querystring" {
  function parse(text: string, separator?: string, equals?: string): { [name: string]: string | string[] | undefined };
  function stringify(value: any, separator?: string, equals?: string): string;
  function escape(text: string): string;
  function unescape(text: string): string;
}

declare module "string_decoder" {
  class StringDecoder {
    constructor(encoding?: BufferEncoding);
    write(data: Uint8Array | string): string;
    end(data?: Uint8Array | string): string;
  }
}

declare module "crypto" {
  interface Hash {
    update(data: string | ArrayBufferView, encoding?: BufferEncoding): this;
    digest(): Buffer;
    digest(encoding: BufferEncoding): string;
    copy(): this;
  }
  function createHash(algorithm: string, options?: any): Hash;
  function createHmac(algorithm: string, key: any, options?: any): Hash;
  function createCipheriv(algorithm: string, key: any, iv: any, options?: any): any;
  function createDecipheriv(algorithm: string, key: any, iv: any, options?: any): any;
  function hash(algorithm: string, data: string | ArrayBufferView, encoding?: BufferEncoding): string;
  function getHashes(): string[];
  function getCiphers(): string[];
  function pbkdf2Sync(password: any, salt: any, iterations: number, length: number, digest: string): Buffer;
  function scryptSync(password: any, salt: any, length: number, options?: any): Buffer;
  function randomBytes(size: number): Buffer;
  function randomInt(max: number): number;
  function randomInt(min: number, max: number): number;
  function randomUUID(): `${string}-${string}-${string}-${string}-${string}`;
  function randomFillSync<T extends ArrayBufferView>(buffer: T): T;
  function timingSafeEqual(a: ArrayBufferView, b: ArrayBufferView): boolean;
  function generateKeyPairSync(type: string, options?: any): any;
  function sign(algorithm: string | null | undefined, data: any, key: any): Buffer;
  function verify(algorithm: string | null | undefined, data: any, key: any, signature: any): boolean;
  const webcrypto: Crypto;
}

declare module "child_process" {
  interface ChildProcess extends NodeJS.EventEmitter {
    readonly stdin: NodeJS.WritableStream | null;
    readonly stdout: NodeJS.ReadableStream | null;
    readonly stderr: NodeJS.ReadableStream | null;
    readonly pid?: number;
    readonly exitCode: number | null;
    readonly signalCode: string | null;
    readonly killed: boolean;
    kill(signal?: string | number): boolean;
    send(message: any, done?: (error: Error | null) => void): boolean;
    disconnect(): void;
    unref(): void;
    ref(): void;
  }
  type Finished = (error: any, stdout: string, stderr: string) => void;
  type TextOptions = { encoding: BufferEncoding; [option: string]: any };
  function spawn(command: string, args?: readonly string[], options?: any): ChildProcess & { stdin: NodeJS.WritableStream; stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream };
  function fork(module: string, args?: readonly string[], options?: any): ChildProcess;
  function exec(command: string, done?: Finished): ChildProcess;
  function exec(command: string, options: any, done?: Finished): ChildProcess;
  function execFile(file: string, args?: readonly string[], done?: Finished): ChildProcess;
  function execFile(file: string, args: readonly string[], options: any, done?: Finished): ChildProcess;
  function execSync(command: string, options: TextOptions): string;
  function execSync(command: string, options?: any): Buffer;
  function execFileSync(file: string, args: readonly string[], options: TextOptions): string;
  function execFileSync(file: string, args?: readonly string[], options?: any): Buffer;
  function spawnSync(command: string, args?: readonly string[], options?: any): { pid: number; status: number | null; signal: string | null; stdout: any; stderr: any; error?: Error };
}

declare module "worker_threads" {
  class Worker {
    constructor(file: string | URL, options?: { workerData?: any; eval?: boolean; argv?: any[]; env?: any; execArgv?: string[]; stdin?: boolean; stdout?: boolean; stderr?: boolean; resourceLimits?: any; name?: string });
    readonly threadId: number;
    postMessage(value: any, transfer?: readonly any[]): void;
    terminate(): Promise<number>;
    ref(): void;
    unref(): void;
    on(event: "message", listener: (value: any) => void): this;
    on(event: "error", listener: (error: Error) => void): this;
    on(event: "exit", listener: (code: number) => void): this;
    on(event: string, listener: (...args: any[]) => void): this;
    once(event: string, listener: (...args: any[]) => void): this;
  }
  interface MessagePort extends NodeJS.EventEmitter {
    postMessage(value: any, transfer?: readonly any[]): void;
    close(): void;
    start(): void;
    ref(): void;
    unref(): void;
  }
  const MessageChannel: { new (): { port1: MessagePort; port2: MessagePort } };
  const isMainThread: boolean;
  const parentPort: MessagePort | null;
  const workerData: any;
  const threadId: number;
}

declare module "async_hooks" {
  class AsyncLocalStorage<T> {
    run<R>(store: T, callback: (...args: any[]) => R, ...args: any[]): R;
    getStore(): T | undefined;
    enterWith(store: T): void;
    exit<R>(callback: (...args: any[]) => R, ...args: any[]): R;
  }
}

declare module "zlib" {
  type Input = string | ArrayBufferView | ArrayBufferLike;
  function gzipSync(data: Input, options?: any): Buffer;
  function gunzipSync(data: Input, options?: any): Buffer;
  function deflateSync(data: Input, options?: any): Buffer;
  function inflateSync(data: Input, options?: any): Buffer;
  function deflateRawSync(data: Input, options?: any): Buffer;
  function inflateRawSync(data: Input, options?: any): Buffer;
  function brotliCompressSync(data: Input, options?: any): Buffer;
  function brotliDecompressSync(data: Input, options?: any): Buffer;
  function crc32(data: Input, value?: number): number;
  function createGzip(options?: any): any;
  function createGunzip(options?: any): any;
  const constants: any;
}

// --- The same under their full names -------------------------------------------------------------

declare module "node:fs" { export * from "fs"; }
declare module "node:fs/promises" { import all = require("fs/promises"); export = all; }
declare module "node:events" { import all = require("events"); export = all; }
declare module "node:stream" { import all = require("stream"); export = all; }
declare module "node:stream/promises" { export * from "stream/promises"; }
declare module "node:readline" { export * from "readline"; }
declare module "node:readline/promises" { export * from "readline/promises"; }
declare module "node:path" { import all = require("path"); export = all; }
declare module "node:os" { export * from "os"; }
declare module "node:util" { export * from "util"; }
declare module "node:assert" { import all = require("assert"); export = all; }
declare module "node:assert/strict" { import all = require("assert"); export = all; }
declare module "node:timers" { export * from "timers"; }
declare module "node:timers/promises" { export * from "timers/promises"; }
declare module "node:buffer" { export * from "buffer"; }
declare module "node:process" { export = process; }
declare module "node:perf_hooks" { export * from "perf_hooks"; }
declare module "node:url" { export * from "url"; }
declare module "node:querystring" { export * from "querystring"; }
declare module "node:string_decoder" { export * from "string_decoder"; }
declare module "node:crypto" { export * from "crypto"; }
declare module "node:child_process" { export * from "child_process"; }
declare module "node:worker_threads" { export * from "worker_threads"; }
declare module "node:async_hooks" { export * from "async_hooks"; }
declare module "node:zlib" { export * from "zlib"; }
declare module "node:test" { const test: any; export = test; }

// --- There, without types ------------------------------------------------------------------------

declare module "cluster";
declare module "dns";
declare module "http";
declare module "https";
declare module "http2";
declare module "module";
declare module "net";
declare module "dgram";
declare module "tls";
declare module "tty";
declare module "v8";
declare module "vm";
declare module "node:cluster";
declare module "node:dns";
declare module "node:http";
declare module "node:https";
declare module "node:http2";
declare module "node:module";
declare module "node:net";
declare module "node:dgram";
declare module "node:tls";
declare module "node:tty";
declare module "node:v8";
declare module "node:vm";
declare module "node:sqlite";
