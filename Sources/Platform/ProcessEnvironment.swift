// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials
internal import Glibc

/// What the process was given and what it is called.
public enum ProcessEnvironment {
  /// All environment variables.
  public static var all: [String: String] { ProcessInfo.processInfo.environment }

  /// One environment variable; nil where it is not set.
  public static subscript(name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

  /// A variable, which is then no longer in the environment: no program that is started gets it. To be called before there
  /// is anything that reads the environment beside the caller.
  public static func take(_ name: String) -> String? {
    defer { unsafe unsetenv(name) }
    return self[name]
  }

  /// This process's id.
  public static var processID: Int32 { getpid() }

  /// This machine's name.
  public static var hostName: String { ProcessInfo.processInfo.hostName }
}
