// SPDX-License-Identifier: Apache-2.0

/// A mistake in a file: where it is, what it is, and what to do.
public struct Diagnostic: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file as it was named.
  public var file: String
  /// From 1; also 1 where the whole file is meant.
  public var line: Int
  /// From 1, in Unicode scalars; also 1 where the whole file is meant.
  public var column: Int
  /// What is wrong; what to do.
  public var message: String

  /// A diagnostic with all its parts.
  public init(file: String, line: Int, column: Int, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }

  /// As compilers write it: `FILE:LINE:COLUMN: error: what is wrong; what to do`.
  public var description: String { "\(file):\(line):\(column): error: \(message)" }
}

/// All mistakes, in the order of files and places.
public struct Diagnostics: Error, Sendable {
  /// At most `Limits.diagnostics` of them.
  public let all: [Diagnostic]
  /// How many more there are.
  public let omitted: Int
}

/// A file as it was read.
public struct SourceFile: Sendable {
  /// As it was named, for diagnostics.
  public var path: String
  /// Its bytes, whatever they are.
  public var bytes: [UInt8]

  /// A file with both its parts.
  public init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}
