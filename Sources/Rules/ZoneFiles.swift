// SPDX-License-Identifier: Apache-2.0

internal import Core
internal import Foundation
internal import Platform

/// Why a time zone cannot be had, and what to do: one clause.
struct ZoneError: Error, Hashable {
  let message: String
}

/// The time zones of this machine: compiled files below one directory, each read once.
final class ZoneFiles {
  private let directory: String
  private var known: [String: Result<TimeZoneRules, ZoneError>] = [:]
  private lazy var names = Self.names(in: directory)
  private lazy var namesInSmallLetters = Self.inSmallLetters(names)
  private var spelling = Spelling()

  /// The zones below a directory.
  init(directory: String) { self.directory = directory }

  /// The zones where every program finds them: `TZDIR`, else `/usr/share/zoneinfo`; tzset(3).
  convenience init() {
    let given = ProcessEnvironment["TZDIR"] ?? ""
    self.init(directory: given.hasPrefix("/") ? given : "/usr/share/zoneinfo")
  }

  /// The zone of a name. `UTC` needs no file.
  func zone(named name: String) throws(ZoneError) -> TimeZoneRules {
    if name == TimeZoneRules.utc.name { return .utc }
    if let found = known[name] { return try found.get() }
    let result = Result { () throws(ZoneError) in try read(name) }
    known[name] = result
    return try result.get()
  }

  private func read(_ name: String) throws(ZoneError) -> TimeZoneRules {
    guard Self.isName(name) else {
      throw ZoneError(
        message: "'\(name.prefix(40))' is no time zone; write its name, for instance Europe/London or UTC")
    }
    let path = "\(directory)/\(name)"
    guard let bytes = Self.bytes(of: path, atMost: Limits.zoneFileBytes), !bytes.isEmpty else {
      throw ZoneError(message: missing(name))
    }
    do throws(ZoneFileError) { return try TimeZoneRules(name: name, zoneFile: bytes) } catch {
      throw ZoneError(
        message:
          "'\(name)' cannot be used as a time zone: \(error.message) (\(path)); write another name, or "
          + "reinstall the package tzdata")
    }
  }

  // MARK: What is not there

  private func missing(_ name: String) -> String {
    if names.isEmpty, !FileManager.default.fileExists(atPath: "\(directory)/Etc/UTC") {
      return "time zone '\(name)' is not known, as this machine has no time zone data in \(directory); "
        + "install the package tzdata, or write UTC"
    }
    if names.contains(name) {
      return "time zone '\(name)' has no file that can be read in \(directory); "
        + "Debian has old names in the package tzdata-legacy"
    }
    guard let near = near(name) else {
      return "unknown time zone '\(name)'; write a name such as Europe/London or UTC: "
        + "'ls \(directory)' shows them, and abbreviations are none"
    }
    return "unknown time zone '\(name)'; did you mean '\(near)'?"
  }

  /// Another case, the city alone, or another spelling.
  private func near(_ name: String) -> String? {
    if let same = namesInSmallLetters[name.lowercased()] { return same }
    // Every abbreviation is near to another one that means something else.
    return name.contains("/") ? spelling.nearest(to: name, among: names) : nil
  }

  /// Letters, digits and the few signs that names have; no way out of the directory.
  private static func isName(_ name: String) -> Bool {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return name.utf8.count <= Limits.zoneNameCharacters
      && parts.allSatisfy { part in
        !part.isEmpty && part.first != UInt8(ascii: ".")
          && part.allSatisfy {
            0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 || "+-_.".utf8.contains($0)
          }
      }
  }

  /// Names by what they are in small letters, from their beginning or from any slash on.
  private static func inSmallLetters(_ names: [String]) -> [String: String] {
    var found = Dictionary(names.map { ($0.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    for name in names {
      var rest = name.lowercased()[...]
      while let slash = rest.firstIndex(of: "/") {
        rest = rest[rest.index(after: slash)...]
        if found[String(rest)] == nil { found[String(rest)] = name }
      }
    }
    return found
  }

  /// All names that the data's own lists have, sorted.
  private static func names(in directory: String) -> [String] {
    // The source of the files, in which lines of Z and L begin a zone and name another one for it.
    let source = lines(of: "\(directory)/tzdata.zi").compactMap { line -> String? in
      let words = line.split(separator: " ")
      switch words.first {
      case "Z" where words.count > 1: return String(words[1])
      case "L" where words.count > 2: return String(words[2])
      default: return nil
      }
    }
    guard source.isEmpty else { return source.sorted() }
    // Countries, coordinates, the zone and a comment.
    return lines(of: "\(directory)/zone1970.tab").filter { !$0.hasPrefix("#") }
      .compactMap { $0.split(separator: "\t").dropFirst(2).first.map(String.init) }.sorted()
  }

  private static func lines(of path: String) -> [Substring] {
    let bytes = bytes(of: path, atMost: Limits.ruleFileBytes) ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }

  /// One byte more than may be, so that a larger file is found to be one without reading all of it.
  private static func bytes(of path: String, atMost limit: Int) -> [UInt8]? {
    guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? handle.close() }
    return (try? handle.read(upToCount: limit + 1)).map(Array.init)
  }
}
