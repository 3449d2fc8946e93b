// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials
internal import Glibc

/// What the process was given and what it is called.
public enum ProcessEnvironment {
  /// The environment variables.
  public static var current: [String: String] { ProcessInfo.processInfo.environment }

  /// This process's id.
  public static var processID: Int32 { getpid() }

  /// This machine's name.
  public static var hostName: String { ProcessInfo.processInfo.hostName }
}
