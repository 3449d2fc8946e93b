// SPDX-License-Identifier: Apache-2.0
// SNS as far as somebody who publishes sees it: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html

import Core

/// A message that was published.
public struct PublishedMessage: Hashable, Sendable {
  /// The topic's ARN.
  public var topic: String
  /// Of e-mails.
  public var subject: String
  /// The text.
  public var message: String
  /// By which subscriptions filter.
  public var attributes: [String: String]

  /// A message with all its parts.
  public init(topic: String, subject: String, message: String, attributes: [String: String]) {
    self.topic = topic
    self.subject = subject
    self.message = message
    self.attributes = attributes
  }
}

/// The topics of all accounts and Regions.
struct TopicStore: Sendable {
  private var topics: Set<String> = []
  private(set) var messages: [PublishedMessage] = []
  private var generator: SeededGenerator

  init(generator: SeededGenerator) { self.generator = generator }

  mutating func add(_ topic: String) { topics.insert(topic) }

  /// Carries a call out and returns the XML of its result.
  mutating func perform(_ operation: String, _ form: [String: String]) throws(APIError) -> String {
    guard operation == "Publish" else {
      throw APIError("InvalidAction", "Could not find operation \(operation) for version 2010-03-31")
    }
    let (topic, text) = (form["TopicArn"] ?? "", form["Message"] ?? "")
    guard topics.contains(topic) else { throw APIError("NotFound", "Topic does not exist", status: 404) }
    guard 1...262_144 ~= text.utf8.count else {
      throw APIError("InvalidParameter", "Invalid parameter: Message too long or empty")
    }
    let subject = form["Subject"] ?? ""
    guard subject.utf8.count <= 100, subject.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) else {
      throw APIError("InvalidParameter", "Invalid parameter: Subject")
    }
    messages.append(
      PublishedMessage(topic: topic, subject: subject, message: text, attributes: Self.attributes(form)))
    return "<MessageId>\(generator.uuid())</MessageId>"
  }

  private static func attributes(_ form: [String: String]) -> [String: String] {
    var attributes: [String: String] = [:]
    var number = 1
    while let name = form["MessageAttributes.entry.\(number).Name"] {
      attributes[name] = form["MessageAttributes.entry.\(number).Value.StringValue"]
      number += 1
    }
    return attributes
  }
}

extension SimulatedAWS {
  /// Makes a topic.
  public mutating func addTopic(_ arn: String) { topics.add(arn) }

  /// What was published, oldest first.
  public var publishedMessages: [PublishedMessage] { topics.messages }
}
