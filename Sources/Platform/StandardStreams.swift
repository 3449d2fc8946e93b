// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Where results go.
public enum StandardOutput {
  /// Writes all of the text. False where whoever read has gone (`rollwatch history | head`), which is no error but a
  /// reason to stop; a full disk is an error.
  @discardableResult
  public static func write(_ text: String) throws(FileWriteFailure) -> Bool {
    _ = brokenPipesAreErrors
    if writeFully(text.utf8, to: 1) { return true }
    guard errno == EPIPE else { throw FileWriteFailure("standard output") }
    return false
  }
}

/// Where errors and logs go.
public enum StandardError {
  /// Writes all of the text, in one piece where the system lets it; there is nowhere to say that it failed.
  public static func write(_ text: String) {
    _ = brokenPipesAreErrors
    _ = writeFully(text.utf8, to: 2)
  }
}

private let brokenPipesAreErrors: Void = Signals.ignoreBrokenPipes()

/// What stands behind the standard streams.
public enum Terminal {
  /// Whether somebody sees what is written to standard output as it is.
  public static var isStandardOutput: Bool { isatty(1) == 1 }
  /// Whether somebody sees what is written to standard error as it is.
  public static var isStandardError: Bool { isatty(2) == 1 }

  /// How many columns standard output has; nothing where it is no terminal.
  public static var width: Int? {
    var size = winsize()
    guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}
