// SPDX-License-Identifier: Apache-2.0

/// Which of our own variables a program gets.
public enum ProgramEnvironment {
  /// Only what says who and where one is: nothing in these can be a secret.
  private static let plain: Set<String> = [
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR",
  ]

  /// Those of an environment that hold nothing but who and where one is.
  public static func plain(of environment: [String: String]) -> [String: String] {
    environment.filter { plain.contains($0.key) }
  }
}
