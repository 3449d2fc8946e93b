// SPDX-License-Identifier: Apache-2.0
// Who is told what: an entry of `notify` in the settings. No secret is in it, only where one is kept.

public import Core

/// Somebody who is told what happens.
public struct Receiver: Hashable, Sendable {
  /// Unique among the receivers; its place in the journal is kept under this name.
  public var name: String
  /// How it is reached.
  public var channel: Channel
  /// What it is told of.
  public var events: Set<Event>
  /// After a message the next one waits so long, and several notices become one digest; zero sends each by itself.
  public var digest: Duration
  /// The words of a notice; nil for those that rollwatch has for its kind.
  public var text: Template?

  /// The `digest` of a receiver that does not say.
  public static let standardDigest = Duration.seconds(30)

  /// What receivers can be told of.
  public enum Event: String, Hashable, Sendable, CaseIterable {
    /// A restart failed, was rolled back, came late or was refused.
    case failure
    /// What was told before is over: a restart completes, a source works, a resource is there again.
    case recovery
    /// A restart waits.
    case hold
    /// A version restarts nothing more.
    case quarantine
    /// A resource is gone.
    case disappearance
    /// A source fails.
    case source
    /// A restart has completed that followed no failure.
    case success

    /// What a receiver that does not say is told of: all but success.
    public static let standard = Set(allCases).subtracting([.success])
  }

  /// How a receiver is reached.
  public enum Channel: Hashable, Sendable {
    /// JSON in a POST, signed with the key where there is one.
    case webhook(Address, key: SecretPlace?)
    /// A POST that any receiver of Slack's incoming webhooks understands.
    case slack(SecretPlace)
    /// A message to an SNS topic.
    case topic(arn: String, Location)
    /// A program, with JSON on its standard input.
    case command([String])

    /// The key in the settings.
    public var kind: String {
      switch self {
      case .webhook: "webhook"
      case .slack: "slack"
      case .topic: "sns"
      case .command: "command"
      }
    }
  }

  /// Where a webhook is.
  public enum Address: Hashable, Sendable {
    /// A URL that is no secret.
    case url(String)
    /// A URL whose path is what protects it.
    case secret(SecretPlace)
  }

  /// A receiver with all its parts.
  public init(name: String, channel: Channel, events: Set<Event>, digest: Duration, text: Template?) {
    self.name = name
    self.channel = channel
    self.events = events
    self.digest = digest
    self.text = text
  }

  /// The names that a `text` may use in braces.
  public static let textNames = [
    "account", "causes", "deployment", "error", "kind", "outcome", "reason", "region", "remedy", "resource",
    "restart", "seconds", "source", "target", "time", "verdict", "version",
  ]
}

/// Where a secret is kept; never the secret.
public enum SecretPlace: Hashable, Sendable, CustomStringConvertible {
  /// A file of this name in `$CREDENTIALS_DIRECTORY`.
  case credential(String)
  /// An environment variable.
  case environment(String)

  /// For messages: `credential 'slack-url'`.
  public var description: String {
    switch self {
    case .credential(let name): "credential '\(name)'"
    case .environment(let name): "environment variable '\(name)'"
    }
  }
}

/// Whether a URL is one that notices may be sent to: https, or http to this machine alone; nil where it is.
public func mistake(inReceiverURL url: String) -> String? {
  guard url.utf8.allSatisfy({ 0x21...0x7E ~= $0 }), url.utf8.count <= 2_048 else {
    return "has characters that must be percent-encoded, or more than 2,048"
  }
  let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
  guard parts.count == 2, ["https", "http"].contains(parts[0]) else { return "does not begin with https://" }
  let authority = parts[1].prefix { !"/?#".contains($0) }
  guard !authority.isEmpty, !authority.contains("@") else { return "names no host, or a user" }
  return parts[0] == "https" || isLoopback(authority) ? nil : "is not https, and leads off this machine"
}

/// True for a host, with or without a port, that is this machine.
public func isLoopback(_ authority: some StringProtocol) -> Bool {
  if authority.hasPrefix("[::1]") {
    return authority.dropFirst(5).isEmpty || authority.dropFirst(5).first == ":"
  }
  let host = authority.prefix { $0 != ":" }
  return ["127.0.0.1", "localhost"].contains(String(host))
}
