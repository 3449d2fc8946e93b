// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html

extension AWSClient {
  /// Publishes a message to a standard topic and returns its id. A call whose answer was lost is made again: a second
  /// message does less harm than none.
  ///
  /// - Parameters:
  ///   - subject: of e-mails: at most 100 characters of ASCII, none of them a control character.
  ///   - message: at most 256 KiB.
  ///   - attributes: by which subscriptions filter; texts that are not empty.
  public func publish(
    topic: String, subject: String, message: String, attributes: [(name: String, value: String)]
  ) async throws(AWSFailure) -> String {
    var fields = [("TopicArn", topic), ("Subject", subject), ("Message", message)]
    for (index, attribute) in attributes.enumerated() {
      let entry = "MessageAttributes.entry.\(index + 1)"
      fields += [
        ("\(entry).Name", attribute.name), ("\(entry).Value.DataType", "String"),
        ("\(entry).Value.StringValue", attribute.value),
      ]
    }
    let call = queryCall(.sns, "Publish", fields)
    let answer = try await send(call)
    guard let id = nonEmpty(try answer.queryResult(of: call).child("MessageId")?.text) else {
      throw answer.malformed(call, "the answer names no message")
    }
    return id
  }
}
