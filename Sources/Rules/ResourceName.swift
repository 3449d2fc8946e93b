// SPDX-License-Identifier: Apache-2.0
// Names and ARNs as rules write them.

public import Core

/// An ARN cut at its first five colons.
struct ARN {
  /// Stands for a Region that is not known.
  static let anyRegion = ""

  var service: Substring
  var region: Substring
  var rest: Substring
  /// UTF-8 offset of `region` and of `rest` in the whole.
  var regionOffset: Int
  var restOffset: Int

  /// Nil where the text is no ARN; a wrong one is an error.
  init?(_ text: String, service expected: String, region expectedRegion: String) throws(PatternError) {
    guard text.hasPrefix("arn:") else { return nil }
    let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
    guard parts.count == 6, parts[1].hasPrefix("aws") else {
      throw PatternError(
        message: "not a whole ARN; write arn:aws:\(expected):REGION:ACCOUNT:…, or the name alone", offset: 0)
    }
    (service, region, rest) = (parts[2], parts[3], parts[5])
    regionOffset = parts[0...2].reduce(0) { $0 + $1.utf8.count + 1 }
    restOffset = parts[0...4].reduce(0) { $0 + $1.utf8.count + 1 }
    guard service == expected else {
      throw PatternError(message: "an ARN of \(service), where one of \(expected) belongs", offset: 0)
    }
    guard expectedRegion == Self.anyRegion || region == expectedRegion else {
      throw PatternError(
        message:
          "an ARN of \(region), but the rule is for \(expectedRegion); give the rule 'region: \(region)'",
        offset: regionOffset)
    }
    guard parts[4].utf8.count == 12, parts[4].allSatisfy({ "0"..."9" ~= $0 }) else {
      throw PatternError(
        message: "an account id has 12 digits", offset: regionOffset + region.utf8.count + 1)
    }
  }
}

/// The names of resources.
enum ResourceName {
  /// The patterns that a text stands for: one, or two for an ARN that two names share.
  static func patterns(_ text: String, kind: Resource.Kind, region: String) throws(PatternError) -> [Pattern]
  {
    switch kind {
    case .parameter: try parameters(text, region: region)
    case .secret: try secrets(text, region: region)
    }
  }

  private static func parameters(_ text: String, region: String) throws(PatternError) -> [Pattern] {
    guard let arn = try ARN(text, service: "ssm", region: region) else {
      if text.contains("/"), let first = text.first, !"/*{\\?".contains(first) {
        throw PatternError(
          message: "a parameter's name with a slash in it begins with one; did you mean '/\(text)'?",
          offset: 0)
      }
      return [try Pattern(text)]
    }
    guard arn.rest.hasPrefix("parameter/") else {
      throw PatternError(message: "an ARN of a parameter goes on with parameter/NAME", offset: arn.restOffset)
    }
    let name = arn.rest.dropFirst("parameter/".count)
    let offset = arn.restOffset + "parameter".count
    // The ARNs of `x` and of `/x` are the same.
    let names = name.contains("/") ? ["/\(name)"] : ["/\(name)", String(name)]
    return try names.map { name throws(PatternError) in
      try moved(by: offset) { () throws(PatternError) in try Pattern(name) }
    }
  }

  private static func secrets(_ text: String, region: String) throws(PatternError) -> [Pattern] {
    guard let arn = try ARN(text, service: "secretsmanager", region: region) else {
      return [try Pattern(text)]
    }
    guard arn.rest.hasPrefix("secret:") else {
      throw PatternError(
        message: "an ARN of a secret goes on with secret:NAME-XXXXXX", offset: arn.restOffset)
    }
    let name = arn.rest.dropFirst("secret:".count)
    guard !name.contains(":") else {
      throw PatternError(
        message: "no JSON key, stage or version belongs here: a whole secret is watched",
        offset: arn.restOffset + "secret:".count)
    }
    var names = [String(name)]
    // Secrets Manager's own six characters are no part of the name; but an ARN may be written without them, and then the end of
    // `my-secret` only looks like them.
    let suffix = name.suffix(7)
    if suffix.count == 7, suffix.first == "-",
      suffix.dropFirst().allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
    {
      names.insert(String(name.dropLast(7)), at: 0)
    }
    return try names.map { name throws(PatternError) in
      try moved(by: arn.restOffset + "secret:".count) { () throws(PatternError) in try Pattern(name) }
    }
  }

  private static func moved(
    by offset: Int, _ body: () throws(PatternError) -> Pattern
  ) throws(PatternError) -> Pattern {
    do { return try body() } catch {
      throw PatternError(message: error.message, offset: error.offset + offset)
    }
  }
}

/// The names of ECS services.
public enum ServiceName {
  /// A template for `CLUSTER/SERVICE`, or for a service's ARN.
  public static func template(_ text: String, region: String) throws(PatternError) -> TargetTemplate {
    var path = text[...]
    var offset = 0
    if let arn = try ARN(text, service: "ecs", region: region) {
      guard arn.rest.hasPrefix("service/") else {
        throw PatternError(
          message: "an ARN of a service goes on with service/CLUSTER/SERVICE", offset: arn.restOffset)
      }
      path = arn.rest.dropFirst("service/".count)
      offset = arn.restOffset + "service/".count
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
      throw PatternError(message: "a service is written CLUSTER/SERVICE, with one slash", offset: offset)
    }
    return .service(
      cluster: try template(parts[0], at: offset),
      name: try template(parts[1], at: offset + parts[0].utf8.count + 1))
  }

  private static func template(_ text: Substring, at offset: Int) throws(PatternError) -> Template {
    let template: Template
    do { template = try Template(String(text)) } catch {
      throw PatternError(message: error.message, offset: error.offset + offset)
    }
    for case .text(let plain) in template.pieces {
      guard plain.utf8.allSatisfy({ isNameByte($0) }) else {
        throw PatternError(
          message: "'\(plain)': names of clusters and services have letters, digits, '-' and '_' only",
          offset: offset)
      }
    }
    return template
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte || byte == 0x2D || byte == 0x5F
  }
}
