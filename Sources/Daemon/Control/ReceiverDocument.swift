// SPDX-License-Identifier: Apache-2.0

internal import Core
internal import JSON

extension JSONValue {
  /// A status with how the receivers of notices stand: every one, also those that are well.
  func adding(_ receivers: [ReceiverStatus]) -> JSONValue {
    guard case .object(let members) = self else { preconditionFailure("a status is an object") }
    return .object(members + [Member("receivers", .array(receivers.map(JSONValue.init)))])
  }

  private init(_ receiver: ReceiverStatus) {
    self = [
      "name": .string(receiver.name), "kind": .string(receiver.kind),
      "waiting": .number("\(receiver.waiting)"),
      "failingSince": receiver.failingSince.map { .string($0.description) },
      "error": receiver.error.map(JSONValue.string), "next": receiver.next.map { .string($0.description) },
    ]
  }
}
